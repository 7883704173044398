//go:build helmfile

package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/tool"
)

// One helmfile.yaml does for both Helms: helmfile template shows and helmfile
// sync installs what Helm does by itself. Building helmfile takes minutes, so
// this has a build tag and a target of its own.
func TestHelmfile(t *testing.T) {
	program := tool.Path(t, "helmfile")
	g := newGitLab(t, chartHost)
	chart, err := filepath.Abs("chart")
	if err != nil {
		t.Fatal(err)
	}
	helmfileFor := func(t *testing.T, certFile string) string {
		return writeFile(t, "helmfile.yaml", fmt.Appendf(nil, `releases:
- name: my
  chart: %s
  postRenderer: helm-runnertrust
  postRendererArgs:
  - --cert=%s
`, chart, certFile))
	}
	file := helmfileFor(t, g.certFile)
	broken := helmfileFor(t, filepath.Join(t.TempDir(), "gitlab.crt"))
	underEachHelm(t, func(t *testing.T, r *release) {
		helmfile := func(file, verb string) (stdout, stderr string, err error) {
			helm := r.Command()
			cmd := exec.Command(program, "--helm-binary", helm.Path, "--file", file, "--namespace", r.namespace, verb)
			cmd.Env = helm.Env
			var out, errOut strings.Builder
			cmd.Stdout, cmd.Stderr = &out, &errOut
			err = cmd.Run()
			t.Logf("helmfile %s: %v\n%s", verb, err, errOut.String())
			return out.String(), errOut.String(), err
		}
		templated, _, err := helmfile(file, "template")
		if err != nil {
			t.Fatal(err)
		}
		want := objects(t, r.Run(t, r.args("template", filteredWith(g.certFile))...))
		same(t, "helmfile template and helm template", objects(t, templated), want)

		if _, stderr, err := helmfile(broken, "sync"); err == nil || !strings.Contains(stderr, "runnertrust: error: ") {
			t.Errorf("helmfile sync without the certificate file: %v, and no error of ours", err)
		}
		if _, _, err := helmfile(file, "sync"); err != nil {
			t.Fatal(err)
		}
		connects(t, r.cluster.Get, r.deployment(t), g)
		r.awaitReplicaSets(t, 1)
		before := template(r.deployment(t))
		if _, _, err := helmfile(file, "sync"); err != nil {
			t.Fatal(err)
		}
		same(t, "pod templates after a second sync", template(r.deployment(t)), before)
		r.awaitReplicaSets(t, 1)
		r.wantStatus(t, "deployed")
	})
}
