//go:build gitops

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// argoCDObjects creates Argo CD's own objects that examples patch; they and the Application go with
// the test. Nothing of Argo CD runs.
func (s *stage) argoCDObjects(t *testing.T) {
	t.Helper()
	schemas(t)
	module := moduleFolder(t, "github.com/argoproj/argo-cd/v3")
	for _, name := range argoCD {
		s.cluster.Kubectl(t, "apply", "-n", "argocd", "-f", filepath.Join(module, name))
	}
	t.Cleanup(func() {
		s.cluster.Kubectl(t, "delete", "-n", "argocd", "deployments,configmaps,applications", "--all")
	})
}

// An application is what of an Argo CD Application says how manifests are made.
type application struct {
	Spec struct {
		Destination struct{ Namespace string }
		Source      struct {
			Path   string
			Plugin struct{ Name string }
		}
		Sources []struct {
			RepoURL, Chart, TargetRevision, Ref string
			Helm                                struct {
				ReleaseName string
				ValueFiles  []string
			}
		}
	}
}

// application is the example's as the API server holds it.
func (s *stage) application(t *testing.T) application {
	t.Helper()
	o, err := s.cluster.Get("application", "argocd", "runner")
	if err != nil || o == nil {
		t.Fatalf("the Application: %v, %v", o, err)
	}
	return decode[application](t, o)
}

// sync applies manifests to the Application's namespace, as Argo CD would, and looks at the runner.
func (s *stage) sync(t *testing.T, manifests string) {
	t.Helper()
	s.cluster.KubectlInput(t, manifests, "apply", "-n", s.application(t).Spec.Destination.Namespace, "-f", "-")
	t.Cleanup(func() {
		s.cluster.KubectlInput(t, manifests, "delete", "-n", exampleNamespace, "--ignore-not-found", "-f", "-")
	})
	connects(t, s.cluster.Get, s.deployment(t), s.gitlab)
}

// tryArgoCDValues makes the manifests as Argo CD does of a chart with value files.
func tryArgoCDValues(t *testing.T, s *stage) {
	s.holdsPrintedValues(t)
	s.argoCDObjects(t)
	s.nextBlock(t)
	s.nextBlock(t)
	sources := s.application(t).Spec.Sources
	if len(sources) != 2 || sources[1].Ref != "values" {
		t.Fatalf("sources: %+v", sources)
	}
	chart := sources[0]
	args := []string{"template", chart.Helm.ReleaseName, chart.Chart, "--repo", chart.RepoURL, "--version", chart.TargetRevision,
		"--namespace", s.application(t).Spec.Destination.Namespace}
	for _, file := range chart.Helm.ValueFiles {
		args = append(args, "--values", strings.Replace(file, "$values/", s.folder+"/", 1))
	}
	s.sync(t, s.output(t, "helm", args...))
}

// holdsPrintedValues fails the test unless the example's trust.yaml is what values prints for the
// certificate of the fixtures.
func (s *stage) holdsPrintedValues(t *testing.T) {
	t.Helper()
	printed := s.Run(t, "runnertrust", "values", "--host", chartHost, "--cert", "../fixtures/certs/ca.crt")
	held, err := os.ReadFile(filepath.Join(s.folder, "runner", "trust.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if string(held) != printed {
		t.Errorf("trust.yaml is not what this prints: "+
			"helm-runnertrust values --host %s --cert fixtures/certs/ca.crt\n%s", chartHost, differences(string(held), printed))
	}
}

// useCertificate puts the GitLab's into a file that has the certificate of the fixtures.
func (s *stage) useCertificate(t *testing.T, name, indent string) {
	t.Helper()
	fixture, err := os.ReadFile("../fixtures/certs/ca.crt")
	if err != nil {
		t.Fatal(err)
	}
	indented := func(pem string) string {
		return indent + strings.ReplaceAll(strings.TrimSpace(pem), "\n", "\n"+indent)
	}
	s.edit(t, name, indented(string(fixture)), indented(s.gitlab.pem))
}

// tryArgoCDKustomize builds as the repo server does: at the root of the repository, with the options
// of argocd-cm. The one difference is where the program is.
func tryArgoCDKustomize(t *testing.T, s *stage) {
	s.useImage(t)
	useTool(t, s.Helm, "kustomize", "kustomize")
	s.argoCDObjects(t)
	s.nextBlock(t)
	const installed = "path: /usr/local/bin/helm-runnertrust}"
	program := "path: " + strings.TrimSpace(s.bash(t, "command -v helm-runnertrust")) + "}"
	for _, name := range []string{"runner/trust.yaml", "runner/verify.yaml"} {
		s.edit(t, name, installed, program)
	}
	s.useCertificate(t, "runner/trust.yaml", "    ")

	config, err := s.cluster.Get("configmap", "argocd", "argocd-cm")
	if err != nil {
		t.Fatal(err)
	}
	options := strings.Fields(textAt(config, "data", "kustomize.buildOptions"))
	build := func(options ...string) []string {
		return append([]string{"build", filepath.Join(s.folder, s.application(t).Spec.Source.Path)}, options...)
	}
	s.sync(t, s.output(t, "kustomize", build(options...)...))

	// What Flux's controllers do: they run no function. So does Argo CD without the patch.
	printed, err := s.try(nil, "kustomize", build("--enable-helm")...)
	if err == nil || !strings.Contains(printed, "external plugins disabled") {
		t.Errorf("without functions: %v\n%s", err, printed)
	}
	s.edit(t, "runner/verify.yaml", "expiresWithin: 14d", "expiresWithin: 36500d")
	if printed, err := s.try(nil, "kustomize", build(options...)...); err == nil || !strings.Contains(printed, "runnertrust: error: ") {
		t.Errorf("with a certificate that expires too early: %v\n%s", err, printed)
	}
}

// tryArgoCDPlugin runs the commands of the plugin as its sidecar does: in the folder of the
// application, with Argo CD's variables, init first.
func tryArgoCDPlugin(t *testing.T, s *stage) {
	s.useImage(t)
	s.argoCDObjects(t)
	s.nextBlock(t)
	config, err := s.cluster.Get("configmap", "argocd", "runnertrust-plugin")
	if err != nil || config == nil {
		t.Fatalf("the plugin's ConfigMap: %v", err)
	}
	type cmd struct{ Command, Args []string }
	var plugin struct {
		Metadata struct{ Name string }
		Spec     struct{ Init, Generate cmd }
	}
	if err := yaml.Unmarshal([]byte(textAt(config, "data", "plugin.yaml")), &plugin); err != nil {
		t.Fatal(err)
	}
	app := s.application(t)
	if app.Spec.Source.Plugin.Name != plugin.Metadata.Name {
		t.Errorf("the Application names the plugin %q, and it is %q", app.Spec.Source.Plugin.Name, plugin.Metadata.Name)
	}
	s.folder = filepath.Join(s.folder, app.Spec.Source.Path)
	s.env = append(s.env, "ARGOCD_APP_NAME=runner", "ARGOCD_APP_NAMESPACE="+app.Spec.Destination.Namespace, "KUBE_VERSION=1.35.4")
	run := func(c cmd) []string { return append(append([]string{}, c.Command...), c.Args...) }
	initial, generate := run(plugin.Spec.Init), run(plugin.Spec.Generate)
	s.output(t, initial[0], initial[1:]...)
	s.sync(t, s.output(t, generate[0], generate[1:]...))

	// A chart that does not render is an error, and no manifests: Argo CD would delete what is missing.
	s.edit(t, "values.yaml", "gitlabUrl: https", "gitlabUrl: {a: 1}\n  namespace: [https")
	printed, err := s.try(nil, generate[0], generate[1:]...)
	if err == nil || strings.Contains(printed, "kind:") {
		t.Errorf("a chart that does not render: %v\n%s", err, printed)
	}
}
