package values

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/render"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

func ExampleNew() {
	values, err := New(Options{
		ServerURL: "https://gitlab.example.com",
		Options: render.Options{
			Objects: []render.Object{{Kind: "ConfigMap", Name: "bundle", Key: "all.pem"}},
			Via:     pod.WayEnv,
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(string(values.Text)) {
		if !strings.HasPrefix(line, "#") {
			fmt.Print(line)
		}
	}
	// Output:
	// volumes:
	// - name: etc-gitlab-runner-certs
	//   configMap:
	//     name: bundle
	//     items:
	//     - key: all.pem
	//       path: ca.crt
	//
	// volumeMounts:
	// - name: etc-gitlab-runner-certs
	//   mountPath: /etc/helm-runnertrust
	//   readOnly: true
	//
	// envVars:
	// - name: CI_SERVER_TLS_CA_FILE
	//   value: /etc/helm-runnertrust/ca.crt
}

// now is the time that the fixtures' certificates are made for.
var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// bundle reads one of the fixtures' certificates.
func bundle(t *testing.T, name string) *trust.Bundle {
	t.Helper()
	text, err := os.ReadFile("../../fixtures/certs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := trust.Parse(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestValuesApart: the ConfigMap is the same in the values and apart from them, where it has the
// namespace of whoever applies it.
func TestValuesApart(t *testing.T) {
	o := Options{ServerURL: "https://gitlab.example.com", Options: render.Options{Sources: []render.Source{{Bundle: bundle(t, "ca.crt")}}, Now: now}, Apart: true}
	v, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	configMap := string(v.Text)
	if v.Objects[0].Key != "gitlab.example.com.crt" || !strings.Contains(configMap, "  "+v.Objects[0].Key+": |") ||
		strings.Contains(configMap, "namespace") || !strings.Contains(configMap, "name: "+DefaultConfigMapName) {
		t.Errorf("key %q in\n%s", v.Objects[0].Key, configMap)
	}
	o.Apart = false
	_, data, _ := strings.Cut(configMap, "\ndata:\n")
	if v, err = New(o); err != nil || !strings.Contains(strings.ReplaceAll(string(v.Text), "\n  ", "\n"), data) {
		t.Errorf("%v, and no\n%s\nin\n%s", err, data, v.Text)
	}
}

// TestValuesErrors: a program gets the codes of Filter and those of the chart's versions, without a
// place that it has no document for.
func TestValuesErrors(t *testing.T) {
	given := []render.Source{{Bundle: bundle(t, "ca.crt")}}
	const url = "https://gitlab.example.com"
	for name, c := range map[string]struct {
		options Options
		want    trust.Code
	}{
		"no URL":       {Options{Options: render.Options{Sources: given}}, manifest.BadURL},
		"no host":      {Options{ServerURL: "https:///x", Options: render.Options{Sources: given}}, manifest.BadURL},
		"no source":    {Options{ServerURL: url}, manifest.NoCertificate},
		"two sources":  {Options{ServerURL: url, Options: render.Options{Sources: given, Objects: []render.Object{{Kind: "Secret", Name: "x", Key: "ca.crt"}}}}, manifest.TwoSources},
		"bad object":   {Options{ServerURL: url, Options: render.Options{Objects: []render.Object{{Kind: "Secret", Name: "x"}}}}, manifest.BadReference},
		"bad key":      {Options{ServerURL: url, Options: render.Options{Objects: []render.Object{{Kind: "Secret", Name: "x", Key: "tls.key"}}}}, manifest.PrivateKey},
		"way":          {Options{ServerURL: url, Options: render.Options{Sources: given, Via: "file"}}, manifest.WayUnknown},
		"old chart":    {Options{ServerURL: url, Options: render.Options{Sources: given}, ChartVersion: "0.41.9"}, manifest.NoVolumes},
		"older chart":  {Options{ServerURL: url, Options: render.Options{Sources: given}, ChartVersion: "0.61.9"}, manifest.NoExtraObjects},
		"other chart":  {Options{ServerURL: url, Options: render.Options{Sources: given}, ChartVersion: "9.0.0"}, manifest.BadChartVersion},
		"no version":   {Options{ServerURL: url, Options: render.Options{Sources: given}, ChartVersion: "0"}, manifest.BadChartVersion},
		"huge version": {Options{ServerURL: url, Options: render.Options{Sources: given}, ChartVersion: "99999999999999999999.0.0"}, manifest.BadChartVersion},
	} {
		c.options.Now = now
		v, err := New(c.options)
		var refused *render.Error
		if v != nil || !errors.As(err, &refused) || refused.Code != c.want || refused.Document != "" {
			t.Errorf("%s: %v, %v, want the code %s", name, v, err, c.want)
		}
	}
}
