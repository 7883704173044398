package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/fixtures"
	"helm-runnertrust/trust/trusttest/golden"
)

// The kinds of functionConfig.
const (
	filterKind = "RunnerTrust"
	verifyKind = "RunnerTrustVerify"
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

// TestFunctionKeepsValues has items whose values kyaml's own writer changes: a folded text with
// indented lines, and a null in a flow mapping.
func TestFunctionKeepsValues(t *testing.T) {
	const other = "- kind: ConfigMap\n  metadata: {name: other}\n  data:\n    folded: >\n      first\n\n        indented\n\n      last\n  flow: {a: , b: x}\n"
	input := functionInput(t, "accept/ingress/input.yaml", config(filterKind, "{}"))
	run := runFunction(strings.Replace(input, "items:\n", "items:\n"+other, 1))
	if run.code != exitDone {
		t.Fatalf("exit code %d: %s", run.code, run.stderr)
	}
	items, _ := run.parts(t)
	want, err := yaml.Parse("[" + `{kind: ConfigMap, metadata: {name: other}, data: {folded: "first\n\n  indented\n\nlast\n"}, flow: {a: null, b: x}}` + "]")
	if err != nil {
		t.Fatal(err)
	}
	elements, err := want.Elements()
	if err != nil {
		t.Fatal(err)
	}
	if got := written(t, items[:1]); got != written(t, elements) {
		t.Errorf("the item is now %s", got)
	}
	if plain, _ := runFunction(input).parts(t); written(t, items[1:]) != written(t, plain) {
		t.Error("the other items differ with it")
	}
}
