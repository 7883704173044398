package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"helm-runnertrust/e2e/internal/charts"
	"helm-runnertrust/e2e/internal/tool"
	"helm-runnertrust/trust/trusttest"
)

// A scene is what is typed and shown in one picture.
type scene struct {
	name string
	// typed is a command of bash, run as it is shown.
	typed string
	// shorten says which lines of the output to show; nil for all.
	shorten func(lines []string) []string
}

const template = "helm template runner gitlab/gitlab-runner -f values.yaml"

var scenes = []scene{
	{"fetch", "helm runnertrust fetch gitlab.example.com --save gitlab.crt", nil},
	{"render", template + " | helm runnertrust render --cert=gitlab.crt --diff", withoutBase64},
	{"verify", template + ` --post-renderer helm-runnertrust \
    --post-renderer-args --cert=gitlab.crt | helm runnertrust verify -f - --online`, nil},
	{"demo", "make demo", acts},
}

const omitted = "\x1b[90m⋮\x1b[0m"

// withoutBase64 leaves out what nobody reads of a certificate.
func withoutBase64(lines []string) []string {
	var kept []string
	inside := false
	for _, line := range lines {
		if inside && strings.Contains(line, "-----END") {
			inside = false
			kept = append(kept, "\x1b[32m+    \x1b[0m"+omitted)
		}
		if !inside {
			kept = append(kept, line)
		}
		inside = inside || strings.Contains(line, "-----BEGIN")
	}
	return kept
}

// acts keeps the start of each part of the demo, and all of the last.
func acts(lines []string) []string {
	const shown = 9
	var kept []string
	left := shown
	for i, line := range lines {
		if strings.HasPrefix(line, "===") {
			left = shown
			if !strings.Contains(strings.Join(lines[i+1:], "\n"), "===") {
				left = len(lines)
			}
		}
		switch left--; {
		case left > 0:
			kept = append(kept, line)
		case left == 0:
			kept = append(kept, omitted, "")
		}
	}
	return kept
}

// A stage is a working directory with a chart, and a GitLab behind a proxy that knows its name.
type stage struct {
	folder        string
	gitlab, proxy *trusttest.Server
	env           []string
}

func (s *stage) close() {
	s.proxy.Close()
	s.gitlab.Close()
	_ = os.RemoveAll(s.folder) // a temporary folder
}

func newStage(ctx context.Context) (*stage, error) {
	folder, err := os.MkdirTemp("", "runnertrust-pictures-")
	if err != nil {
		return nil, err
	}
	from, until := time.Now().Add(-time.Hour), time.Now().AddDate(1, 0, 0)
	root := trusttest.SelfSigned(trusttest.Template{CommonName: "Example Root CA", CA: true, NotBefore: from, NotAfter: until.AddDate(9, 0, 0)})
	leaf := root.Issue(trusttest.Template{DNSNames: []string{"gitlab.example.com"}, NotBefore: from, NotAfter: until})
	s := &stage{folder: folder, gitlab: trusttest.StartTLS("127.0.0.1:0", nil, leaf, root.Certificate)}
	s.proxy = trusttest.StartProxy(s.gitlab.Addr, "", "")
	if err := s.furnish(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// furnish puts the plugin, the program and Helm where they are found, and the
// chart where `gitlab/gitlab-runner` means it.
func (s *stage) furnish(ctx context.Context) error {
	helm, err := tool.Build("helm3")
	if err != nil {
		return err
	}
	plugin, programs, work := filepath.Join(s.folder, "plugins", "runnertrust"), filepath.Join(s.folder, "programs"), s.work()
	program := filepath.Join(plugin, "bin", "helm-runnertrust")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, ".")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	metadata, err := os.ReadFile("../plugin.yaml")
	if err != nil {
		return err
	}
	s.env = []string{"HOME=" + s.folder, "HELM_PLUGINS=" + filepath.Dir(plugin), "TERM=xterm",
		"PATH=" + programs + string(os.PathListSeparator) + os.Getenv("PATH"), "HTTPS_PROXY=http://" + s.proxy.Addr}
	return errors.Join(
		os.WriteFile(filepath.Join(plugin, "plugin.yaml"), metadata, 0o644),
		os.MkdirAll(programs, 0o755),
		os.Symlink(helm, filepath.Join(programs, "helm")),
		os.Symlink(program, filepath.Join(programs, "helm-runnertrust")),
		os.MkdirAll(filepath.Join(work, "gitlab"), 0o755),
		os.WriteFile(filepath.Join(work, "values.yaml"), []byte("gitlabUrl: https://gitlab.example.com\n"), 0o644),
		charts.Runner(".", filepath.Join(work, "gitlab", "gitlab-runner")),
	)
}

// work is where the commands are typed.
func (s *stage) work() string { return filepath.Join(s.folder, "work") }

// play returns the picture's text: the command behind a prompt, and what it printed.
func (s *stage) play(ctx context.Context, c scene) (string, error) {
	cmd := exec.CommandContext(ctx, "bash", "-o", "pipefail", "-c", c.typed)
	cmd.Dir, cmd.Env = s.work(), s.env
	if strings.HasPrefix(c.typed, "make ") { // as from a shell, not from the make that runs this
		cmd.Dir = ".."
		cmd.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "MAKE") })
	}
	printed, err := onTerminal(cmd)
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", c.typed, err, printed)
	}
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(printed, "\r\n", "\n"), "\n"), "\n")
	if c.shorten != nil {
		lines = c.shorten(lines)
	}
	return fmt.Sprintf("\x1b[90m$\x1b[0m %s\n%s\n", c.typed, strings.Join(lines, "\n")), nil
}
