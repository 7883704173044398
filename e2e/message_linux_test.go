package e2e

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"helm-runnertrust/e2e/internal/helm"
)

// What the filter has to say reaches the person who runs Helm, although Helm 4
// keeps every word to itself and Helm 3 those of a run that went well. The
// filter finds its parent's stderr through /proc, so this is Linux alone.
func TestMessagesReachTheUser(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "gitlab.crt")
	expired := expiredCert(t)
	g := newGitLab(t, chartHost)
	cases := map[string]struct {
		chart  string // chart when empty
		args   []string
		fails  bool
		wanted []string
	}{
		"error: no certificate": {
			args:   filteredWith(missing),
			fails:  true,
			wanted: []string{"runnertrust: error: ", missing, "runnertrust: hint: "},
		},
		"error: misspelt flag": {
			args:   filtered("--crt=gitlab.crt"),
			fails:  true,
			wanted: []string{"runnertrust: error: unknown flag: --crt", "runnertrust: hint: "},
		},
		"error: expired": {
			args:   filteredWith(expired),
			fails:  true,
			wanted: []string{"runnertrust: error: ", "expired", "runnertrust: hint: "},
		},
		"warning: expired, forced": {
			args:   filteredWith(expired, "--force"),
			wanted: []string{"runnertrust: warning: ", "expired"},
		},
		"warning: plain HTTP": {
			args:   append(filteredWith(g.certFile), "--set", "gitlabUrl=http://"+chartHost),
			wanted: []string{"runnertrust: warning: Deployment/my-gitlab-runner", "http://" + chartHost, "runnertrust: hint: "},
		},
		"note: the Ingress's Secret": {
			chart: "umbrella",
			args:  filtered(),
			wanted: []string{"runnertrust: note: the certificate is Secret/my-gitlab-tls, key tls.crt, " +
				"which Ingress/my-webservice names for " + chartHost},
		},
		"error: no Ingress": {
			args:   filtered(),
			fails:  true,
			wanted: []string{"runnertrust: error: ", "no Ingress or Gateway", chartHost, "runnertrust: hint: "},
		},
	}
	for _, bin := range helms {
		for name, tc := range cases {
			t.Run(bin+"/"+name, func(t *testing.T) {
				t.Parallel()
				h := withPlugin(t, bin, "")
				said, err := h.Command(append([]string{"template", "my", cmp.Or(tc.chart, "chart")}, tc.args...)...).CombinedOutput()
				if failed := err != nil; failed != tc.fails {
					t.Errorf("helm: %v", err)
				}
				for _, part := range tc.wanted {
					if strings.Count(string(said), part) == 0 {
						t.Errorf("no %q in:\n%s", part, said)
					}
				}
				checkMessages(t, string(said))
			})
		}
	}
}

// checkMessages wants every message once, on a line of its own.
func checkMessages(t *testing.T, said string) {
	t.Helper()
	seen := map[string]bool{}
	for line := range strings.Lines(said) {
		_, message, found := strings.Cut(line, "runnertrust: ")
		if found && seen[message] {
			t.Errorf("said twice: %q", message)
		}
		seen[message] = found
	}
}

// A file that Helm's stderr goes to holds what Helm itself writes, and nothing
// is written over it.
func TestMessagesStayOutOfFiles(t *testing.T) {
	expired := expiredCert(t)
	for _, bin := range helms {
		t.Run(bin, func(t *testing.T) {
			t.Parallel()
			h := withPlugin(t, bin, "")
			args := append([]string{"template", "my", "chart"}, filteredWith(expired)...)
			forced, err := stderrFile(t, h, append(args, "--post-renderer-args", "--force")...)
			if err != nil || forced != "" {
				t.Errorf("a warning: %v, the file holds %q", err, forced)
			}
			failed, err := stderrFile(t, h, args...)
			// Helm 3 reports what a failed post-renderer said; Helm 4 does not.
			if err == nil || strings.Contains(failed, "runnertrust: error: ") != (bin == "helm3") {
				t.Errorf("an error: %v, the file holds %q", err, failed)
			}
			if !strings.HasPrefix(failed, "Error: ") {
				t.Errorf("the file does not start with Helm's own words: %q", failed)
			}
		})
	}
}

// stderrFile runs helm, without a terminal, and returns what its stderr left
// in a file.
func stderrFile(t *testing.T, h *helm.Helm, args ...string) (string, error) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	cmd := h.Command(args...)
	cmd.Stderr = file
	// A session of its own has no /dev/tty, which the developer may have.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	runErr := cmd.Run()
	content, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(content), runErr
}
