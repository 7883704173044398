package e2e

import (
	"os"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/tool"
)

// postRenderer writes a program for --pipe, of shell lines.
func postRenderer(t *testing.T, lines string) string {
	t.Helper()
	path := writeFile(t, "post-renderer", []byte("#!/bin/sh\nset -e\n"+lines+"\n"))
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// Another post-renderer behind ours gets the manifests with the certificate, and Helm gets what it
// makes of them.
func TestPipe(t *testing.T) {
	for _, bin := range helms {
		t.Run(bin, func(t *testing.T) {
			t.Parallel()
			g := newGitLab(t, chartHost)
			h := withPlugin(t, bin, "")
			template := []string{"template", "my", "chart", "--namespace", "ci"}
			want := objects(t, h.Run(t, append(template, filteredWith(g.certFile)...)...))

			sed := "--pipe=sed s/" + chartHost + "\\.crt/" + chartHost + ".pem/"
			renamed := objects(t, h.Run(t, append(template, filteredWith(g.certFile, sed)...)...))
			data, _ := renamed["ConfigMap ci/my-gitlab-runner-certs"]["data"].(object)
			if data[chartHost+".pem"] != g.pem || len(data) != 1 || len(renamed) != len(want) {
				t.Errorf("behind sed: %v", data)
			}

			kustomize := "cd " + t.TempDir() + "\ncat > all.yaml\n" +
				"printf 'resources: [all.yaml]\\ncommonAnnotations: {piped: \"yes\"}\\n' > kustomization.yaml\n" +
				"exec " + tool.Path(t, "kustomize") + " build"
			built := objects(t, h.Run(t, append(template, filteredWith(g.certFile, "--pipe="+postRenderer(t, kustomize))...)...))
			if len(built) != len(want) {
				t.Errorf("kustomize made %d objects of %d", len(built), len(want))
			}
			for name, o := range built {
				isHook := textAt(o, "metadata", "annotations", "helm.sh/hook") != "" // which Helm 3 keeps from post-renderers
				if textAt(o, "metadata", "annotations", "piped") != "yes" && (bin != "helm3" || !isHook) {
					t.Errorf("%s is not kustomize's", name)
				}
			}
			same(t, "data of the ConfigMap", built["ConfigMap ci/my-gitlab-runner-certs"]["data"], object{chartHost + ".crt": g.pem})
		})
	}
}

// When the other one fails, Helm fails, and shows why.
func TestPipeFails(t *testing.T) {
	for name, c := range map[string]struct{ lines, says string }{
		"fails":            {"cat\necho no kustomization here >&2\nexit 3", "failed: exit status 3: no kustomization here\n"},
		"prints nothing":   {"cat >/dev/null", "printed no object\n"},
		"prints a comment": {"cat >/dev/null\necho '# nothing'\necho ---", "printed no object\n"},
		"never reads":      {"echo 'kind: Pod'", "did not read all of the manifests\n"},
	} {
		for _, bin := range helms {
			t.Run(bin+"/"+name, func(t *testing.T) {
				t.Parallel()
				h := withPlugin(t, bin, "")
				stdout, said, err := h.Try(append([]string{"template", "my", "chart"},
					filteredWith(newGitLab(t, chartHost).certFile, "--pipe="+postRenderer(t, c.lines))...)...)
				if err == nil || stdout != "" || !strings.Contains(said, "runnertrust: error: --pipe: ") || !strings.Contains(said, c.says) {
					t.Errorf("%v, %q, %s", err, stdout, said)
				}
			})
		}
	}
}
