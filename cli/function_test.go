package cli

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// functionInput is a ResourceList of a fixture's objects.
func functionInput(t *testing.T, fixture, config string) string {
	t.Helper()
	input, err := os.ReadFile(fixturesDir + "/accept/" + fixture)
	if err != nil {
		t.Fatal(err)
	}
	items, err := kio.FromBytes(input)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := kio.ByteWriter{Writer: &out, WrappingKind: kio.ResourceListKind, WrappingAPIVersion: kio.ResourceListAPIVersion,
		KeepReaderAnnotations: true, FunctionConfig: yaml.MustParse(config)}
	if err := w.Write(items); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func runFunction(t *testing.T, input string) (items []*yaml.RNode, results, stderr string, code int) {
	t.Helper()
	var stdout, messages bytes.Buffer
	code = Run(Process{Env: func(string) (string, bool) { return "", false }, Now: fixturesNow,
		Stdin: strings.NewReader(input), Stdout: &stdout, Stderr: &messages})
	rw := kio.ByteReadWriter{Reader: &stdout, OmitReaderAnnotations: true}
	items, err := rw.Read()
	if err != nil {
		t.Fatalf("%v in %s", err, stdout.String())
	}
	if rw.Results != nil {
		results = rw.Results.MustString()
	}
	return items, results, messages.String(), code
}

func config(kind, spec string) string {
	return fmt.Sprintf("apiVersion: helm-runnertrust/v1\nkind: %s\nmetadata: {name: x}\nspec: %s\n", kind, spec)
}

// TestFunction holds the function to the filter: the same objects come out, and those of no runner
// are the very items.
func TestFunction(t *testing.T) {
	for fixture, spec := range map[string]string{
		"current":          "{certificateFile: " + fixturesDir + "/certs/ca.crt}",
		"from-secret":      "{fromSecret: [gitlab-ca]}",
		"from-configmap":   "{fromConfigMap: gitlab-ca}",
		"ingress":          "{fromIngress: true}",
		"via-env-secret":   "{fromSecret: gitlab-ca, via: env}",
		"jobs":             "{certificateFile: " + fixturesDir + "/certs/ca.crt, jobs: true}",
		"ingress-umbrella": "{}",
		"configmap-name":   "{certificateFile: " + fixturesDir + "/certs/ca.crt, configMapName: gitlab-ca}",
	} {
		t.Run(fixture, func(t *testing.T) {
			if fixture == "configmap-name" {
				spec = strings.Replace(spec, "gitlab-ca", strings.TrimPrefix(readArgs(t, fixturesDir+"/accept/configmap-name")[1], "--configmap-name="), 1)
			}
			got, _, stderr, code := runFunction(t, functionInput(t, fixture+"/input.yaml", config("RunnerTrust", spec)))
			if code != exitDone {
				t.Fatalf("exit code %d: %s", code, stderr)
			}
			want, _, _, _ := runFunction(t, functionInput(t, fixture+"/output.yaml", config("RunnerTrust", "{allowNoRunner: true, deployment: none}")))
			if g, w := decoded(t, got), decoded(t, want); !reflect.DeepEqual(g, w) {
				t.Errorf("got %v\nwant %v", g, w)
			}
		})
	}
}

func decoded(t *testing.T, items []*yaml.RNode) []map[string]any {
	t.Helper()
	var all []map[string]any
	for _, item := range items {
		m, err := item.Map()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

// TestFunctionRefuses holds that nothing is changed, and the results say why.
func TestFunctionRefuses(t *testing.T) {
	for name, c := range map[string]struct{ config, says string }{
		"unknown field":      {config("RunnerTrust", "{certificat: x}"), "certificat"},
		"unknown kind":       {config("RunnerTrusts", "{}"), "RunnerTrusts"},
		"other version":      {"apiVersion: v1\nkind: RunnerTrust\n", "apiVersion"},
		"unknown way":        {config("RunnerTrust", "{fromSecret: a, via: volume}"), "volume"},
		"bad name":           {config("RunnerTrust", "{fromSecret: A_B}"), "A_B"},
		"no source":          {config("RunnerTrust", "{}"), "no certificate is given"},
		"two sources":        {config("RunnerTrust", "{fromSecret: a, fromConfigMap: b}"), "field:"},
		"field of the other": {config("RunnerTrustVerify", "{fromSecret: a}"), "RunnerTrustVerify"},
		"not a certificate":  {config("RunnerTrust", "{certificate: no}"), "spec.certificate"},
		"unknown runner":     {config("RunnerTrustVerify", "{}"), "Deployment"},
	} {
		t.Run(name, func(t *testing.T) {
			input := functionInput(t, "current/input.yaml", c.config)
			items, results, stderr, code := runFunction(t, input)
			if code != exitError || !strings.HasPrefix(stderr, "runnertrust: error: ") {
				t.Errorf("exit code %d: %s", code, stderr)
			}
			if !strings.Contains(results, c.says) || !strings.Contains(results, "severity: error") {
				t.Errorf("results do not say %q:\n%s", c.says, results)
			}
			before := kio.ByteReadWriter{Reader: strings.NewReader(input), OmitReaderAnnotations: true}
			want, err := before.Read()
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(decoded(t, items), decoded(t, want)) {
				t.Error("the items were changed")
			}
		})
	}
}

// TestFunctionVerify passes what the filter made, and changes nothing.
func TestFunctionVerify(t *testing.T) {
	input := functionInput(t, "current/output.yaml", config("RunnerTrustVerify", "{expiresWithin: 30d}"))
	_, results, stderr, code := runFunction(t, input)
	if code != exitDone || stderr != "" || !strings.Contains(results, "severity: info") {
		t.Errorf("exit code %d: %s\n%s", code, stderr, results)
	}
}
