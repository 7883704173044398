package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"helm-runnertrust/trust/trusttest/golden"
)

// TestHelmSays records the words of Helm that docs/TROUBLESHOOTING.md quotes: where the
// post-renderer is not there, where it refuses, where its flags are not Helm's one argument, where an object was made or edited by hand, and where
// an upgrade was killed.
func TestHelmSays(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		var text strings.Builder
		record := func(about, said string, err error) {
			if err == nil {
				t.Errorf("%s: Helm succeeds:\n%s", about, said)
			}
			text.WriteString("# " + about + "\n" + masked(r.bin, said) + "\n")
		}
		_, said, err := newHome(t, r.bin).Try(append([]string{"template", "my", "chart"}, filtered()...)...)
		record("no plugin", said, err)
		_, said, err = r.Try(r.args("template", filteredWith(expiredCert(t)))...)
		record("the post-renderer refuses", said, err)
		blank := append(filtered("--cert"), g.certFile)
		_, said, err = r.Try(r.args("template", blank)...)
		record("a blank behind a flag, template", said, err)
		_, said, err = r.Try(r.args("upgrade", blank)...)
		record("a blank behind a flag, upgrade", said, err)
		if r.bin == "helm3" {
			record(foreignPlugin(t, r))
		}

		name := r.name + "-gitlab-runner"
		r.cluster.Kubectl(t, "create", "configmap", name+"-certs", "-n", r.namespace)
		_, said, err = r.Try(r.args("install", filteredWith(g.certFile))...)
		record("a ConfigMap that was made by hand", said, err)
		r.cluster.Kubectl(t, "delete", "configmap", name+"-certs", "-n", r.namespace)
		if r.bin == "helm4" {
			r.upgrade(t, "--install")
			r.cureByHand(t, "gitlab-cert", g)
			_, said, err = r.Try(r.args("upgrade", filteredWith(g.certFile))...)
			record("a Deployment that was edited by hand", said, err)
		}
		pending := *r
		pending.name = "pending"
		pending.install(t)
		pending.interrupted(t, interruptions["Helm is killed"], g)
		_, said, err = r.Try(pending.args("upgrade", filteredWith(g.certFile))...)
		record("an upgrade after one that was killed", said, err)
		golden.Compare(t, filepath.Join("testdata", r.bin+".txt"), text.String())
	})
}

// foreignPlugin has Helm 3 find a plugin in the form of Helm 4.
func foreignPlugin(t *testing.T, r *release) (about, said string, err error) {
	t.Helper()
	h := newHome(t, r.bin)
	folder := filepath.Join(h.Getenv("HELM_PLUGINS"), "helm-runnertrust")
	if err := os.CopyFS(folder, os.DirFS("../postrenderer")); err != nil {
		t.Fatal(err)
	}
	_, said, err = h.Try("runnertrust", "version") // the plugin of the other form is not found either
	return "a plugin of Helm 4", said, err
}

// changing are the parts of Helm's words that differ from run to run.
var changing = []struct {
	pattern *regexp.Regexp
	mask    string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d UTC`), "TIME"},
	{regexp.MustCompile(`life-helm\d(-\w+)*`), "NAMESPACE"},
	{regexp.MustCompile(`\B/\S*/`), "…/"},
}

// masked is what Helm said, a line each with the name of the Helm in front.
func masked(bin, said string) string {
	for _, c := range changing {
		said = c.pattern.ReplaceAllString(said, c.mask)
	}
	var text strings.Builder
	for line := range strings.Lines(strings.TrimSpace(said) + "\n") {
		text.WriteString(strings.TrimRight(bin+": "+strings.TrimRight(line, "\n"), " ") + "\n")
	}
	return text.String()
}
