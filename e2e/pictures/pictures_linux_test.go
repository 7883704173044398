// Package pictures makes the pictures of the documents: each is what a real run
// of the program prints to a terminal, drawn in light and in dark by freeze.
package pictures

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/e2e/internal/charts"
	"helm-runnertrust/e2e/internal/tool"
	"helm-runnertrust/trust/trusttest"
)

var write = flag.Bool("write", false, "make the pictures again")

const (
	pictures = "../../docs/pictures"
	template = "helm template runner gitlab/gitlab-runner -f values.yaml"
	omitted  = "\x1b[90m⋮\x1b[0m"
)

// scenes are what is typed and shown in a picture: a command of bash, and which lines of its
// output to show.
var scenes = []struct {
	name, command string
	shorten       func(lines []string) []string // nil for all
}{
	{"fetch", "helm runnertrust fetch gitlab.example.com --save gitlab.crt", nil},
	{"render", template + " | helm runnertrust render --cert=gitlab.crt --diff", withoutBase64},
	{"verify", template + ` --post-renderer helm-runnertrust \
    --post-renderer-args --cert=gitlab.crt | helm runnertrust verify -f - --online`, nil},
	{"demo", "make demo", acts},
}

// What differs from run to run.
var varying = regexp.MustCompile(`[0-9a-f]{64}|&quot;[0-9a-f]{16}&quot;|\d{4}-\d\d-\d\d(T[0-9:]+Z)?|127\.0\.0\.1:\d+|(x|y|width|height)="[0-9.]+(px)?"`)

// The pictures of the documents are what the program prints today.
func TestPicturesAreOfThisProgram(t *testing.T) {
	freeze := tool.Path(t, "freeze")
	folder, env := newStage(t)
	for _, scene := range scenes {
		printed := onTerminal(t, folder, env, scene.command)
		if scene.shorten != nil {
			printed = scene.shorten(printed)
		}
		text := fmt.Sprintf("\x1b[90m$\x1b[0m %s\n%s\n", scene.command, strings.Join(printed, "\n"))
		for _, theme := range themes {
			name := scene.name + "-" + theme.name + ".svg"
			svg := theme.draw(t, freeze, text)
			path := filepath.Join(pictures, name)
			if *write {
				if err := os.WriteFile(path, svg, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			kept, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if now, then := steady(svg), steady(kept); !slices.Equal(now, then) {
				now = slices.DeleteFunc(now, func(line string) bool { return slices.Contains(then, line) })
				t.Errorf("docs/pictures/%s does not show what the program prints: make pictures\nit lacks %q", name, now)
			}
		}
	}
}

// steady returns the lines of a picture, without what varies.
func steady(svg []byte) []string {
	return strings.SplitAfter(varying.ReplaceAllString(string(svg), "…"), "</text>")
}

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

func TestShorten(t *testing.T) {
	got := strings.Join(withoutBase64(strings.Split("a\n+ -----BEGIN X-----\n+ MII\n+ AA\n+ -----END X-----\nb", "\n")), "\n")
	if want := "a\n+ -----BEGIN X-----\n\x1b[32m+    \x1b[0m" + omitted + "\n+ -----END X-----\nb"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	act := strings.Repeat("line\n", 20)
	lines := acts(strings.Split("=== a\n"+act+"=== b\n"+act, "\n"))
	if count := strings.Count(strings.Join(lines, "\n"), "line"); count != 7+20 || lines[8] != omitted {
		t.Errorf("%d lines: %q", count, lines)
	}
}

// A theme is the colours of a picture. The 16 colours of a terminal differ
// from one to the next, so those of the program are replaced by these.
type theme struct {
	name       string // of the file
	style      string // chroma's, which gives the text its colour
	background string
	border     string
	colours    *strings.Replacer
}

// The colours are those of GitHub's pages, where the pictures are seen most.
var themes = []theme{
	{"light", "modus-operandi", "#ffffff", "#d0d7de", colours(0xcf222e, 0x116329, 0x0550ae, 0x57606a)},
	{"dark", "github-dark", "#0d1117", "#30363d", colours(0xff7b72, 0x7ee787, 0x79c0ff, 0x8b949e)},
}

// colours replaces red, green, cyan and grey (ECMA-48, SGR 31, 32, 36, 90).
func colours(red, green, cyan, grey int) *strings.Replacer {
	var pairs []string
	for code, rgb := range map[int]int{31: red, 32: green, 36: cyan, 90: grey} {
		pairs = append(pairs, fmt.Sprintf("\x1b[%dm", code), fmt.Sprintf("\x1b[38;2;%d;%d;%dm", rgb>>16, rgb>>8&0xff, rgb&0xff))
	}
	return strings.NewReplacer(pairs...)
}

// draw returns the SVG. No font is embedded: readers see their own. Neither is
// the address of a DTD, which freeze writes and no browser needs.
func (c theme) draw(t *testing.T, freeze, printed string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "picture.svg")
	cmd := exec.Command(freeze, "--output", path, "--language", "ansi", "--theme", c.style,
		"--background", c.background, "--border.color", c.border, "--border.width", "1", "--border.radius", "8",
		"--window", "--padding", "16,20,20,20", "--line-height", "1.35", "--wrap", "110",
		"--font.family", "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace", "--font.size", "13")
	cmd.Stdin = strings.NewReader(c.colours.Replace(printed))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("freeze: %v\n%s", err, out)
	}
	svg, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`<!DOCTYPE[^>]*>\n?`).ReplaceAll(svg, nil)
}

// newStage makes a folder with a chart where `gitlab/gitlab-runner` means it, and an environment
// with the plugin, the program and Helm, and a GitLab behind a proxy that knows its name.
func newStage(t *testing.T) (folder string, env []string) {
	t.Helper()
	from, until := time.Now().Add(-time.Hour), time.Now().AddDate(1, 0, 0)
	root := trusttest.SelfSigned(trusttest.Template{CommonName: "Example Root CA", CA: true, NotBefore: from, NotAfter: until.AddDate(9, 0, 0)})
	leaf := root.Issue(trusttest.Template{DNSNames: []string{"gitlab.example.com"}, NotBefore: from, NotAfter: until})
	gitlab := trusttest.StartTLS("127.0.0.1:0", nil, leaf, root.Certificate)
	proxy := trusttest.StartProxy(gitlab.Addr, "", "")
	t.Cleanup(func() { proxy.Close(); gitlab.Close() })

	home := t.TempDir()
	plugin, programs, folder := filepath.Join(home, "plugins", "runnertrust"), filepath.Join(home, "programs"), filepath.Join(home, "work")
	program := filepath.Join(plugin, "bin", "helm-runnertrust")
	metadata, err := os.ReadFile("../../plugin.yaml")
	err = errors.Join(err,
		tool.Program(program, "../.."),
		os.WriteFile(filepath.Join(plugin, "plugin.yaml"), metadata, 0o644),
		os.MkdirAll(programs, 0o755),
		os.Symlink(tool.Path(t, "helm3"), filepath.Join(programs, "helm")),
		os.Symlink(program, filepath.Join(programs, "helm-runnertrust")),
		os.MkdirAll(filepath.Join(folder, "gitlab"), 0o755),
		os.WriteFile(filepath.Join(folder, "values.yaml"), []byte("gitlabUrl: https://gitlab.example.com\n"), 0o644),
		charts.Runner("..", filepath.Join(folder, "gitlab", "gitlab-runner")))
	if err != nil {
		t.Fatal(err)
	}
	return folder, []string{"HOME=" + home, "HELM_PLUGINS=" + filepath.Dir(plugin), "TERM=xterm",
		"PATH=" + programs + string(os.PathListSeparator) + os.Getenv("PATH"), "HTTPS_PROXY=http://" + proxy.Addr}
}

// onTerminal returns the lines that a person would see of a command of bash: its streams are a
// pseudo-terminal, by script(1) of util-linux.
func onTerminal(t *testing.T, folder string, env []string, command string) []string {
	t.Helper()
	cmd := exec.Command("script", "--quiet", "--return", "--echo", "never", "--command", "set -o pipefail; "+command, os.DevNull)
	cmd.Dir, cmd.Env = folder, env
	if strings.HasPrefix(command, "make ") { // as from a shell, not from the make that runs this
		cmd.Dir = "../.."
		cmd.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "MAKE") })
	}
	cmd.Env = append(cmd.Env, "SHELL=/bin/bash")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return strings.Split(strings.TrimRight(strings.ReplaceAll(string(out), "\r\n", "\n"), "\n"), "\n")
}
