package e2e

import (
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/helm"
)

// A verifiedCase is one way to make the runner trust its GitLab.
type verifiedCase struct {
	chart  string
	args   func(t *testing.T, r *release, g *gitlab) []string
	object bool   // the certificate is in an object that only the cluster has
	hint   string // after an upgrade that forgot
}

const namePostRenderer = "--post-renderer helm-runnertrust"

var verifiedCases = map[string]verifiedCase{
	"cert": {"chart", func(_ *testing.T, _ *release, g *gitlab) []string {
		return filteredWith(g.certFile)
	}, false, namePostRenderer},
	"from-secret": {"chart", func(*testing.T, *release, *gitlab) []string {
		return filtered("--from-secret=" + servedSecret)
	}, true, namePostRenderer},
	"from-ingress": {"umbrella", func(*testing.T, *release, *gitlab) []string {
		return filtered("--from-ingress")
	}, true, namePostRenderer},
	"values": {"chart", func(t *testing.T, r *release, _ *gitlab) []string {
		return r.valuesFiles(t, []string{"--from-secret=" + servedSecret})
	}, true, "upgrade again with the values of the earlier revision: helm get values "},
}

// TestVerifyEndsTheStory has verify pass after an installation in each way, where it reads with kubectl
// what only the cluster has, and fail after an upgrade that forgot the way.
func TestVerifyEndsTheStory(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		useTool(t, r.Helm, "kubectl", "kubernetes")
		g := newGitLab(t, chartHost)
		r.provide(t, g)
		for name, c := range verifiedCases {
			t.Run(name, func(t *testing.T) {
				as := *r
				as.name, as.chart = name, c.chart
				if c.chart == "umbrella" {
					as.serve(t, g)
				}
				as.install(t, c.args(t, &as, g)...)
				out, code := as.verify()
				if code != 0 {
					t.Errorf("exit code %d:\n%s", code, out)
				}
				if out, code := as.verify("--offline"); c.object != (code == 3) {
					t.Errorf("--offline: exit code %d:\n%s", code, out)
				}
				connects(t, as.cluster.Get, as.deployment(t), g)

				as.upgrade(t, "--reset-values")
				out, code = as.verify()
				if code != 1 || !strings.Contains(out, "no file: revision 2 dropped the file of revision 1") || !strings.Contains(out, c.hint) {
					t.Errorf("after an upgrade that forgot: exit code %d, without the sentence or %q:\n%s", code, c.hint, out)
				}
			})
		}
	})
}

// verify is verify --release, with all that it printed.
func (r *release) verify(flags ...string) (printed string, code int) {
	args := append([]string{"runnertrust", "verify", "--release", r.name, "--namespace", r.namespace}, flags...)
	stdout, stderr, err := r.Try(args...)
	return stdout + stderr, helm.ExitCode(err)
}
