package e2e

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/e2e/internal/helm"
	"helm-runnertrust/e2e/internal/tool"
)

// offers asks Helm, as its script for a shell does, what the last word can be. The directive says
// what the shell does besides: ":4" nothing, ":0" it completes files.
func offers(t *testing.T, h *helm.Helm, words ...string) (offered []string, directive string) {
	t.Helper()
	stdout, stderr, err := h.Try(append([]string{"__complete"}, words...)...)
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	if err != nil || strings.Contains(stderr, "runnertrust:") {
		t.Fatalf("%q: %v\n%s%s", words, err, stdout, stderr)
	}
	for _, line := range lines[:len(lines)-1] {
		name, _, _ := strings.Cut(line, "\t")
		offered = append(offered, name)
	}
	return offered, lines[len(lines)-1]
}

// Both Helms of one user complete the plugin's commands and flags, and what the program knows:
// the values of flags, the releases of the cluster, the Deployments in a file.
func TestHelmCompletesThePlugin(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	namespace := c.Namespace(t, "complete")
	home := t.TempDir()
	for _, bin := range helms {
		h := withPlugin(t, bin, c.Kubeconfig())
		h.Setenv("HOME", home)
		h.Run(t, "install", "on-"+bin, "chart", "--namespace", namespace)
		t.Cleanup(func() { h.Run(t, "uninstall", "on-"+bin, "--namespace", namespace) })
	}
	for _, bin := range helms {
		h := withPlugin(t, bin, c.Kubeconfig())
		h.Setenv("HOME", home)
		releases := []string{"on-helm3", "on-helm4"}
		for _, test := range []struct {
			words     []string
			offered   []string
			directive string
		}{
			{[]string{"runnertr"}, []string{"runnertrust"}, ":4"},
			{[]string{"runnertrust", "ver"}, []string{"verify", "version"}, ":4"},
			{[]string{"runnertrust", "--certs"}, []string{"--certs-dir"}, ":4"},
			{[]string{"runnertrust", "render", "--di"}, []string{"--diff"}, ":4"},
			{[]string{"runnertrust", "completion", "z"}, []string{"zsh"}, ":4"},
			{[]string{"runnertrust", "help", "f"}, []string{"fetch"}, ":4"},
			{[]string{"runnertrust", "render", "--via", ""}, []string{"certs-dir", "env", "config"}, ":4"},
			{[]string{"runnertrust", "render", "--via=e"}, []string{"certs-dir", "env", "config"}, ":4"},
			{[]string{"runnertrust", "verify", "-o", ""}, []string{"table", "json", "prometheus"}, ":4"},
			{[]string{"runnertrust", "verify", "-f", ""}, nil, ":0"},
			{[]string{"runnertrust", "fetch", "gitlab."}, nil, ":4"},
			{[]string{"--namespace", namespace, "runnertrust", "verify", "--release", ""}, releases, ":4"},
			{[]string{"runnertrust", "-n", namespace, "verify", "--release", "on-"}, releases, ":4"},
			{[]string{"runnertrust", "verify", "-n", namespace, "--release", "on-helm4"}, releases, ":4"},
			{[]string{"runnertrust", "verify", "--release", ""}, nil, ":4"},
		} {
			offered, directive := offers(t, h, test.words...)
			if !slices.Equal(offered, test.offered) || directive != test.directive {
				t.Errorf("%s %q: %q %s, want %q %s", bin, test.words, offered, directive, test.offered, test.directive)
			}
		}
		flags, _ := offers(t, h, "runnertrust", "render", "-")
		for _, flag := range []string{"-f", "--file", "--diff", "--cert", "-n", "--namespace"} {
			if count := len(slices.DeleteFunc(slices.Clone(flags), func(name string) bool { return name != flag })); count != 1 {
				t.Errorf("%s offers %s %d times: %q", bin, flag, count, flags)
			}
		}
	}
}

// A cluster that does not answer is waited for a few seconds, and nothing is said of it.
func TestCompletionGivesUpOnTheCluster(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	kubeconfig := writeFile(t, "kubeconfig", []byte("apiVersion: v1\nkind: Config\ncurrent-context: silent\n"+
		"clusters: [{name: silent, cluster: {server: \"https://"+silent.Addr().String()+"\"}}]\n"+
		"contexts: [{name: silent, context: {cluster: silent}}]\n"))
	for _, bin := range helms {
		start := time.Now()
		offered, directive := offers(t, withPlugin(t, bin, kubeconfig), "runnertrust", "verify", "--release", "")
		if took := time.Since(start); offered != nil || directive != ":4" || took > 25*time.Second {
			t.Errorf("%s: %q %s after %s", bin, offered, directive, took)
		}
	}
}

// Helm's own script, in bash.
func TestHelmCompletesThePluginInBash(t *testing.T) {
	const script = `
_init_completion() { words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}; }
source <(helm completion bash)
COMP_WORDS=(helm runnertrust render --via c) COMP_CWORD=4 COMP_TYPE=9
__start_helm
printf '%s\n' "${COMPREPLY[@]}"
`
	for _, bin := range helms {
		t.Run(bin, func(t *testing.T) {
			t.Parallel()
			h := withPlugin(t, bin, "")
			folder := t.TempDir()
			if err := os.Symlink(tool.Path(t, bin), filepath.Join(folder, "helm")); err != nil {
				t.Fatal(err)
			}
			h.Setenv("PATH", folder+string(os.PathListSeparator)+h.Getenv("PATH"))
			bash := exec.Command("bash", "--norc", "-c", script)
			bash.Env = h.Command().Env
			out, err := bash.Output()
			if want := "certs-dir\nconfig\n"; err != nil || string(out) != want {
				t.Errorf("%v: %q, want %q", err, out, want)
			}
		})
	}
}
