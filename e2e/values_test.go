package e2e

import (
	"cmp"
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render"
	"helm-runnertrust/render/values"
)

// A valuesCase is one way to make a runner trust its GitLab by values, and by the filter.
type valuesCase struct {
	chart string   // "" is chart
	flags []string // of both; CERT stands for the file of --cert
	set   []string // further values of both
	told  told     // how the runner is told
}

// servedSecret is a Secret as cert-manager makes it, and namedSecret one for certsSecretName.
const (
	servedSecret = "gitlab-tls"
	namedSecret  = "gitlab-certs"
)

var valuesCases = map[string]valuesCase{
	"certificate":                 {flags: []string{"--cert=CERT"}, told: told{dir: certsDir, annotated: true}},
	"certificate in the umbrella": {chart: "umbrella", flags: []string{"--cert=CERT"}, told: told{dir: certsDir, annotated: true}},
	"certificate by a variable":   {flags: []string{"--cert=CERT", "--via=env"}, told: told{variable: ownFile, dir: ownDir, annotated: true}},
	"certificate by the setting":  {flags: []string{"--cert=CERT", "--via=config"}, told: told{setting: ownFile, dir: ownDir, annotated: true}},
	"certificate for root": {flags: []string{"--cert=CERT", "--certs-dir=" + rootCertsDir}, set: []string{"--set", "securityContext.runAsUser=0"},
		told: told{dir: rootCertsDir, annotated: true}},
	"Secret":                         {flags: []string{"--from-secret=" + servedSecret}, told: told{dir: certsDir}},
	"Secret with the host's own key": {flags: []string{"--from-secret=" + namedSecret + "/" + chartHost + ".crt"}, told: told{dir: certsDir}},
	"Secret in the umbrella":         {chart: "umbrella", flags: []string{"--from-secret=" + servedSecret + "/tls.crt", "--via=env"}, told: told{variable: ownFile, dir: ownDir}},
	"Secret by the setting with a script": {flags: []string{"--from-secret=" + servedSecret, "--via=config", "--jobs"},
		told: told{setting: ownFile, dir: ownDir, script: render.JobsScript()}},
	"ConfigMap":                 {flags: []string{"--from-configmap=bundle/all.pem"}, told: told{dir: certsDir}},
	"ConfigMap with a script":   {chart: "umbrella", flags: []string{"--from-configmap=bundle/all.pem", "--jobs"}, told: told{dir: certsDir, script: render.JobsScript()}},
	"ConfigMap by a variable":   {flags: []string{"--from-configmap=bundle/all.pem", "--via=env"}, told: told{variable: ownFile, dir: ownDir}},
	"certificate with a script": {flags: []string{"--cert=CERT", "--jobs"}, told: told{dir: certsDir, script: render.JobsScript(), annotated: true}},
	"ConfigMap apart from Helm": {flags: []string{"--from-configmap=apart/" + chartHost + ".crt"}, told: told{dir: certsDir}},
}

// Values give the objects that the filter gives, the API server takes them, and the runner reaches
// its GitLab.
func TestValues(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		r.provide(t, g)
		for _, name := range slices.Sorted(maps.Keys(valuesCases)) {
			t.Run(name, func(t *testing.T) { r.checkValues(t, valuesCases[name], g) })
		}
	})
}

// provide makes the objects that the cases name.
func (r *release) provide(t *testing.T, g *gitlab) {
	t.Helper()
	named := object{"apiVersion": "v1", "kind": "Secret", "metadata": object{"name": namedSecret},
		"stringData": object{chartHost + ".crt": g.pem}}
	bundle := object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": object{"name": "bundle"},
		"data": object{"all.pem": g.pem}}
	for _, o := range []object{g.secret(t, servedSecret), named, bundle} {
		r.cluster.KubectlInput(t, pretty(o), "create", "--namespace", r.namespace, "--filename", "-")
	}
	apart := r.Run(t, "runnertrust", "values", "--host", chartHost, "--cert", g.certFile, "--configmap", "--configmap-name", "apart")
	r.cluster.KubectlInput(t, apart, "apply", "--namespace", r.namespace, "--filename", "-")
}

// checkValues renders the chart with values and through the filter, and installs it with the values.
func (r *release) checkValues(t *testing.T, c valuesCase, g *gitlab) {
	as := *r
	as.chart = cmp.Or(c.chart, r.chart)
	var flags []string
	for _, flag := range c.flags {
		flags = append(flags, strings.ReplaceAll(flag, "CERT", g.certFile))
	}
	files := as.valuesFiles(t, flags)
	as.wantSameObjects(t, slices.Concat(files, c.set), slices.Concat(filtered(flags...), c.set), c.told.setting+c.told.script != "")
	as.Run(t, as.args("upgrade", slices.Concat([]string{"--install"}, files, c.set))...)
	as.wantTold(t, c.told, g)
}

// valuesFiles are Helm's flags for the values that the plugin prints, with the lines for
// runners.config in their place.
func (r *release) valuesFiles(t *testing.T, flags []string) []string {
	t.Helper()
	umbrella := r.chart == "umbrella"
	args := append([]string{"runnertrust", "values", "--host", chartHost}, flags...)
	if umbrella {
		args = append(args, "--umbrella")
	}
	if slices.ContainsFunc(flags, func(flag string) bool { return strings.HasPrefix(flag, "--cert=") }) {
		args = append(args, "--configmap-name", r.name+"-gitlab-runner-certs") // as the filter has it
	}
	text := r.Run(t, args...)
	files := []string{"--values", writeFile(t, "trust.yaml", []byte(text))}
	lines := ""
	for line := range strings.Lines(text) {
		if config, found := strings.CutPrefix(strings.TrimLeft(line, " "), "#|"); found {
			lines += strings.TrimPrefix(config, " ")
		}
	}
	if lines == "" {
		return files
	}
	const header = "[[runners]]\n"
	config := chartConfig(t)
	if strings.Count(config, header) != 1 {
		t.Fatalf("runners.config of the chart is\n%s", config)
	}
	values := object{"runners": object{"config": strings.Replace(config, header, header+lines, 1)}}
	if umbrella {
		values = object{"gitlab-runner": values}
	}
	encoded, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	return append(files, "--values", writeFile(t, "config.yaml", encoded))
}

// chartConfig is the chart's own runners.config.
func chartConfig(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("chart/values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var values object
	if err := yaml.Unmarshal(text, &values); err != nil {
		t.Fatal(err)
	}
	return textAt(values, "runners", "config")
}

// wantSameObjects fails the test unless the chart renders to the same objects with values and through
// the filter.
func (r *release) wantSameObjects(t *testing.T, values, filter []string, configured bool) {
	t.Helper()
	got := objects(t, r.Run(t, r.args("template", append(values, "--no-hooks"))...))
	want := objects(t, r.Run(t, r.args("template", append(filter, "--no-hooks"))...))
	for _, stream := range []map[string]object{got, want} {
		r.alike(t, stream, configured)
	}
	same(t, "values and filter", got, want)
}

// jobVolumes is what the filter adds to the template for the pods of jobs, which values leave out.
var jobVolumes = regexp.MustCompile(`(?s)[^\n]*# helm-runnertrust: volumes begin\n.*# helm-runnertrust: volumes end\n`)

// alike takes out of a rendering what differs without a meaning: the order of lists, the labels of
// the ConfigMap, the filter's own record, and where the configuration is another one, the job volumes and
// the checksums that contain it.
func (r *release) alike(t *testing.T, stream map[string]object, configured bool) {
	t.Helper()
	fullname := r.name + "-gitlab-runner"
	if certs := stream["ConfigMap "+r.namespace+"/"+fullname+"-certs"]; certs != nil {
		delete(certs["metadata"].(object), "labels")
	}
	deployment := stream["Deployment "+r.namespace+"/"+fullname]
	if deployment == nil {
		t.Fatalf("no Deployment %s in the namespace %s", fullname, r.namespace)
	}
	forgetRecord(deployment)
	pod := at(deployment, "spec", "template", "spec").(object)
	container := pod["containers"].([]any)[0].(object)
	for _, list := range []any{pod["volumes"], container["volumeMounts"], container["env"]} {
		slices.SortFunc(list.([]any), func(a, b any) int { return cmp.Compare(textAt(a, "name"), textAt(b, "name")) })
	}
	if data, ok := at(stream["ConfigMap "+r.namespace+"/"+fullname], "data").(object); ok && configured {
		data["config.template.toml"] = jobVolumes.ReplaceAllString(textAt(data, "config.template.toml"), "")
	}
	if configured {
		annotations := at(deployment, "spec", "template", "metadata", "annotations").(object)
		delete(annotations, certsAnnotation)
		delete(annotations, "checksum/configmap")
	}
}

// The ConfigMap is in the namespace that the chart puts its objects into.
func TestValuesInAnotherNamespace(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		flags := []string{"--cert=" + newGitLab(t, chartHost).certFile}
		elsewhere := []string{"--set", "namespace=elsewhere"}
		files := r.valuesFiles(t, flags)
		r.namespace = "elsewhere"
		r.wantSameObjects(t, append(files, elsewhere...), append(filtered(flags...), elsewhere...), false)
	})
}

// The chart's own certsSecretName alone has the same effect, as docs/VALUES.md says.
func TestCertsSecretNameInstead(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		r.provide(t, g)
		r.install(t, "--set", "certsSecretName="+namedSecret)
		connects(t, r.cluster.Get, r.deployment(t), g)
	})
}

// Without a name for it, the ConfigMap has one of its own, and verify finds the release in good order.
func TestValuesAreVerified(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		text := r.Run(t, "runnertrust", "values", "--host", chartHost, "--cert", g.certFile)
		r.install(t, "--values", writeFile(t, "trust.yaml", []byte(text)))
		r.wantVerified(t, r.in(t, "get", "manifest", r.name))
		same(t, "data of the ConfigMap", at(r.get(t, "ConfigMap", values.DefaultConfigMapName), "data"),
			object{gitlabrunner.ForHost(chartHost).CertFile: g.pem})
	})
}
