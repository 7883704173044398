package render

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

func ExampleValues() {
	values, err := Values(ValuesOptions{
		ServerURL: "https://gitlab.example.com",
		Objects:   []Object{{Kind: "ConfigMap", Name: "bundle", Key: "all.pem"}},
		Via:       pod.WayEnv,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(string(values.Values)) {
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

// TestValuesApart: the parts of ChartValues go with one another, and there are no others.
func TestValuesApart(t *testing.T) {
	o := ValuesOptions{ServerURL: "https://gitlab.example.com", Sources: []Source{{Bundle: bundle(t, "ca.crt")}}, Now: now, Apart: true}
	v, err := Values(o)
	if err != nil {
		t.Fatal(err)
	}
	values, configMap := string(v.Values), string(v.ConfigMap)
	if v.Key != "gitlab.example.com.crt" || !strings.Contains(configMap, "  "+v.Key+": |") || strings.Contains(configMap, "namespace") {
		t.Errorf("key %q in\n%s", v.Key, configMap)
	}
	if strings.Contains(values, "extraObjects") || !strings.Contains(values, "name: "+DefaultConfigMapName) || v.Config != "" {
		t.Errorf("%q and\n%s", v.Config, values)
	}
	o.Apart = false
	if v, err = Values(o); err != nil || v.ConfigMap != nil || !strings.Contains(string(v.Values), "extraObjects") {
		t.Errorf("%v, %s", err, v.ConfigMap)
	}
}

// TestValuesErrors: a program gets the codes of Filter and those of the chart's versions, without a
// place that it has no document for.
func TestValuesErrors(t *testing.T) {
	given := []Source{{Bundle: bundle(t, "ca.crt")}}
	const url = "https://gitlab.example.com"
	for name, c := range map[string]struct {
		options ValuesOptions
		want    trust.Code
	}{
		"no URL":       {ValuesOptions{Sources: given}, manifest.BadURL},
		"no host":      {ValuesOptions{ServerURL: "https:///x", Sources: given}, manifest.BadURL},
		"no source":    {ValuesOptions{ServerURL: url}, manifest.NoCertificate},
		"two sources":  {ValuesOptions{ServerURL: url, Sources: given, Objects: []Object{{Kind: "Secret", Name: "x", Key: "ca.crt"}}}, manifest.TwoSources},
		"way":          {ValuesOptions{ServerURL: url, Sources: given, Via: "file"}, manifest.WayUnknown},
		"old chart":    {ValuesOptions{ServerURL: url, Sources: given, ChartVersion: "0.41.9"}, manifest.NoVolumes},
		"older chart":  {ValuesOptions{ServerURL: url, Sources: given, ChartVersion: "0.61.9"}, manifest.NoExtraObjects},
		"other chart":  {ValuesOptions{ServerURL: url, Sources: given, ChartVersion: "9.0.0"}, manifest.BadChartVersion},
		"no version":   {ValuesOptions{ServerURL: url, Sources: given, ChartVersion: "0"}, manifest.BadChartVersion},
		"huge version": {ValuesOptions{ServerURL: url, Sources: given, ChartVersion: "99999999999999999999.0.0"}, manifest.BadChartVersion},
	} {
		c.options.Now = now
		v, err := Values(c.options)
		var refused *Error
		if v != nil || !errors.As(err, &refused) || refused.Code != c.want || refused.Document != "" {
			t.Errorf("%s: %v, %v, want the code %s", name, v, err, c.want)
		}
	}
}
