package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/fixtures"
	"helm-runnertrust/trust/trusttest/golden"
)

// functionInput is a ResourceList of a fixture's objects.
func functionInput(t testing.TB, path, config string) string {
	t.Helper()
	var out bytes.Buffer
	w := kio.ByteWriter{Writer: &out, WrappingKind: kio.ResourceListKind, WrappingAPIVersion: kio.ResourceListAPIVersion,
		KeepReaderAnnotations: true, FunctionConfig: yaml.MustParse(config)}
	if err := w.Write(fixtureItems(t, path)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func fixtureItems(t testing.TB, path string) []*yaml.RNode {
	t.Helper()
	items, err := kio.FromBytes([]byte(fixtureText(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	return items
}

// functionRun is what a run of the function leaves behind.
type functionRun struct {
	stdout, stderr string
	code           int
}

func runFunction(input string, args ...string) functionRun {
	var stdout, messages bytes.Buffer
	code := Run(fixtureProcess(args, input, &stdout, &messages))
	return functionRun{stdout.String(), strings.ReplaceAll(messages.String(), fixturesDir+"/", ""), code}
}

// parts are the items and the results of the list on stdout.
func (r functionRun) parts(t *testing.T) (items []*yaml.RNode, results string) {
	t.Helper()
	rw := kio.ByteReadWriter{Reader: strings.NewReader(r.stdout), OmitReaderAnnotations: true}
	items, err := rw.Read()
	if err != nil || rw.WrappingKind != kio.ResourceListKind || rw.FunctionConfig == nil {
		t.Fatalf("no ResourceList: %v in %s\n%s", err, r.stdout, r.stderr)
	}
	if rw.Results != nil {
		results = strings.ReplaceAll(rw.Results.MustString(), fixturesDir+"/", "")
	}
	return items, results
}

func config(kind, spec string) string {
	return fmt.Sprintf("apiVersion: helm-runnertrust/v1\nkind: %s\nmetadata: {name: x}\nspec: %s\n", kind, spec)
}

// written is the items as JSON, with sorted keys, a line each.
func written(t testing.TB, items []*yaml.RNode) string {
	t.Helper()
	var all strings.Builder
	for _, item := range items {
		text, err := item.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		all.Write(append(text, '\n'))
	}
	return all.String()
}

// holdSaid holds the results and stderr against the files of a case.
func (r functionRun) holdSaid(t *testing.T, name, results string) {
	t.Helper()
	folder := "testdata/function/" + strings.ReplaceAll(name, " ", "-")
	golden.Compare(t, folder+".results.txt", results)
	golden.Compare(t, folder+".stderr.txt", r.stderr)
}

// TestFunction has a row for each field of spec: the objects that come out are those that the
// filter makes of the same ones, with the flag of that name.
func TestFunction(t *testing.T) {
	const ca = "certificateFile: " + fixturesDir + "/certs/ca.crt"
	text := readFile(t, fixturesDir+"/certs/ca.crt")
	for name, c := range map[string]struct{ fixture, spec string }{
		"certificateFile":         {"current", "{" + ca + "}"},
		"certificateFile list":    {"cert-two-files", "{certificateFile: [HOST]}"},
		"certificate":             {"current", "\n  certificate: |\n    " + strings.ReplaceAll(text, "\n", "\n    ")},
		"fromSecret":              {"from-secret", "{fromSecret: gitlab-ca}"},
		"fromSecret list":         {"from-secret", "{fromSecret: [gitlab-ca]}"},
		"fromConfigMap":           {"from-configmap", "{fromConfigMap: gitlab-ca}"},
		"fromIngress":             {"ingress", "{fromIngress: true}"},
		"nothing":                 {"ingress-umbrella", "{}"},
		"no spec":                 {"ingress-umbrella", "~"},
		"via":                     {"via-env-secret", "{fromSecret: gitlab-ca, via: env}"},
		"jobs":                    {"jobs", "{" + ca + ", jobs: true}"},
		"noRollout":               {"no-rollout", "{" + ca + ", noRollout: true}"},
		"force":                   {"cert-force-wrong-host", ""},
		"deployment":              {"deployment-flag-one-of-two", ""},
		"certsDir":                {"certs-dir", ""},
		"configMapName":           {"configmap-name", ""},
		"allowNoRunner":           {"allow-no-runner", ""},
		"a warning":               {"url-http", ""},
		"aliases":                 {"anchor-on-path", ""},
		"a runner with two hosts": {"two-containers-two-hosts", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if c.spec == "" || strings.Contains(c.spec, "HOST") {
				c.spec = specOf(t, c.fixture)
			}
			run := runFunction(functionInput(t, "accept/"+c.fixture+"/input.yaml", config(filterKind, c.spec)))
			if run.code != exitDone {
				t.Fatalf("exit code %d: %s", run.code, run.stderr)
			}
			items, results := run.parts(t)
			want, _ := functionRun{stdout: functionInput(t, "accept/"+c.fixture+"/output.yaml", config(filterKind, "{}"))}.parts(t)
			if g, w := written(t, items), written(t, want); g != w {
				t.Errorf("got the items:\n%s\nwant:\n%s", g, w)
			}
			run.holdSaid(t, name, results)
		})
	}
}

// specOf is the spec that stands for a fixture's command line.
func specOf(t *testing.T, fixture string) string {
	t.Helper()
	names := map[string]string{"--cert": "certificateFile", "--force": "force", "--deployment": "deployment",
		"--certs-dir": "certsDir", "--configmap-name": "configMapName", "--allow-no-runner": "allowNoRunner", "--from-secret": "fromSecret"}
	spec := map[string]any{}
	for _, arg := range argsOf(fixtures.Find(t, "accept/"+fixture)) {
		flag, value, found := strings.Cut(arg, "=")
		name := names[flag]
		switch list, _ := spec[name].([]string); {
		case name == "":
			t.Fatalf("no field for %s", arg)
		case !found:
			spec[name] = true
		case name == "certificateFile" || name == "fromSecret":
			spec[name] = append(list, value)
		default:
			spec[name] = value
		}
	}
	text, err := yaml.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	return "\n  " + strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", "\n  ")
}

// TestSwitches reads true and false in each way of writing them: kustomize puts a yes in quotes.
func TestSwitches(t *testing.T) {
	for text, want := range map[string]string{
		"true": "true", `"true"`: "true", "yes": "true", `"yes"`: "true", "'on'": "true", `!!bool "true"`: "true",
		"false": "false", `"false"`: "false", `"no"`: "false", "off": "false",
		"1": "is neither true nor false", `"maybe"`: "is neither true nor false", `" true"`: "is neither true nor false", "~": "is empty", `""`: "is empty",
	} {
		spec := functionSpec{}
		spec.Jobs = want == "false"
		err := spec.read(filterKind, yaml.MustParse("jobs: "+text))
		got := fmt.Sprint(spec.Jobs)
		if fault := (*configFault)(nil); errors.As(err, &fault) {
			got = fault.err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
