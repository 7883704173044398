package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/helm"
)

// wrap completes the arguments of the plugin's command of that name: flags are the filter's, and the
// rest is Helm's.
func (r *release) wrap(verb string, flags []string, args ...string) []string {
	return append(append(append([]string{"runnertrust", verb}, flags...), "--"), r.args(verb, args)[1:]...)
}

// The plugin's install, upgrade and template do what Helm's do with the post-renderer, on the cluster.
func TestWrappedHelmIsHelm(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		first, second := newGitLab(t, chartHost), newGitLab(t, chartHost)
		out := r.Run(t, r.wrap("install", []string{"--cert=" + first.certFile}, "--output", "json")...)
		if !strings.HasPrefix(out, "{") || !strings.HasSuffix(out, "}\n") {
			t.Errorf("not Helm's output:\n%s", out)
		}
		connects(t, r.cluster.Get, r.deployment(t), first)
		r.wantStatus(t, "deployed")

		values := writeFile(t, "values.yaml", []byte("replicas: 2\n"))
		r.Run(t, r.wrap("upgrade", []string{"--cert", second.certFile, "--via=env"}, "--values", values)...)
		connects(t, r.cluster.Get, r.deployment(t), second)
		if replicas := at(r.deployment(t), "spec", "replicas"); replicas != 2.0 {
			t.Errorf("%v replicas, want those of the values", replicas)
		}
		template := r.wrap("template", []string{"--cert=" + second.certFile}, "--values", values)
		same(t, "template", objects(t, r.Run(t, template...)), objects(t, r.Run(t, r.args("template", append(filteredWith(second.certFile), "--values", values))...)))
	})
}

// Exit code and words are Helm's, and the filter's words are there beside them, in a file as well.
func TestWrappedHelmFailsAsHelm(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		upgrade := func(flags ...string) []string { return r.wrap("upgrade", flags) }
		helms, plain := stderrFile(t, r.Helm, r.args("upgrade", nil)...)
		said, wrapped := stderrFile(t, r.Helm, upgrade("--cert="+g.certFile)...)
		if helm.ExitCode(wrapped) != helm.ExitCode(plain) || plain == nil {
			t.Errorf("no such release: %v, Helm itself: %v", wrapped, plain)
		}
		has(t, said, helms)

		r.install(t)
		said, err := stderrFile(t, r.Helm, upgrade("--cert="+expiredCert(t), "--force")...)
		if err != nil || strings.Count(said, "runnertrust: warning: ") == 0 {
			t.Errorf("a warning: %v, the file has %q", err, said)
		}
		checkMessages(t, said)
		before := r.everything(t)
		missing := filepath.Join(t.TempDir(), "gitlab.crt")
		said, err = stderrFile(t, r.Helm, upgrade("--cert="+missing)...)
		if helm.ExitCode(err) != 1 {
			t.Errorf("no certificate: %v, want the exit code 1", err)
		}
		has(t, said, "runnertrust: error: ", missing, "runnertrust: hint: ", "Error: ")
		checkMessages(t, said)
		same(t, "objects after the failed upgrade", r.everything(t), before)
	})
}
