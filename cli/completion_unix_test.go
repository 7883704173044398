//go:build unix

package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// writeProgram writes a shell script into a folder of its own.
func writeProgram(t *testing.T, name, script string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCompleteReleases asks a Helm that knows the releases of one namespace, one that fails, and
// one that never answers.
func TestCompleteReleases(t *testing.T) {
	helm := writeProgram(t, "helm", `[ "$*" = 'list --short --max 0 --namespace ci --kube-context prod' ] && printf 'gitlab\nrunner\n'`)
	words := []string{"verify", "--kube-context", "prod", "--release", ""}
	for name, test := range map[string]struct {
		environment []string
		words       []string
		offered     []string
	}{
		"namespace of Helm":     {[]string{"HELM_BIN", helm, "HELM_NAMESPACE", "ci"}, words, []string{"gitlab", "runner"}},
		"namespace of the flag": {[]string{"HELM_BIN", helm, "HELM_NAMESPACE", "other"}, append([]string{"verify", "-n", "ci"}, words[1:]...), []string{"gitlab", "runner"}},
		"Helm fails":            {[]string{"HELM_BIN", helm, "HELM_NAMESPACE", "other"}, words, nil},
		"no Helm":               {[]string{"HELM_BIN", "no-such-helm"}, words, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if offered, directive := complete(t, test.environment, test.words...); !slices.Equal(offered, test.offered) || directive != noFiles {
				t.Errorf("offered %q %s", offered, directive)
			}
		})
	}
	t.Run("Helm waits", func(t *testing.T) {
		t.Parallel()
		start := time.Now()
		offered, directive := complete(t, []string{"HELM_BIN", writeProgram(t, "helm", "echo late; sleep 60")}, words...)
		if took := time.Since(start); offered != nil || directive != noFiles || took > 20*time.Second {
			t.Errorf("offered %q %s after %s", offered, directive, took)
		}
	})
}

// TestBashCompletion sources the script in bash, and completes words with it.
func TestBashCompletion(t *testing.T) {
	binary := builtProgram(t)
	// _init_completion is what the package bash-completion would bring.
	const script = `_init_completion() { words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}; }
source <(helm-runnertrust completion bash)
complete -p helm-runnertrust | grep -q __start_helm-runnertrust || { echo not registered; exit 1; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_TYPE=9
__start_helm-runnertrust
printf '%s\n' "${COMPREPLY[@]}"
`
	for _, test := range []struct{ words, offered []string }{
		{[]string{"ver"}, []string{"verify", "version"}},
		{[]string{"fe"}, []string{"fetch"}},
		{[]string{"render", "--via", ""}, []string{"certs-dir", "config", "env"}},
	} {
		bash := exec.Command("bash", append([]string{"--norc", "-c", script, "bash", "helm-runnertrust"}, test.words...)...)
		bash.Env = append(os.Environ(), "PATH="+filepath.Dir(binary)+string(os.PathListSeparator)+os.Getenv("PATH"))
		out, err := bash.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		var offered []string
		for line := range strings.Lines(string(out)) {
			name, _, _ := strings.Cut(strings.TrimSpace(line), "  ")
			offered = append(offered, name)
		}
		slices.Sort(offered)
		if !slices.Equal(offered, test.offered) {
			t.Errorf("%q: %q, want %q", test.words, offered, test.offered)
		}
	}
}

// TestPluginComplete runs the program that Helm runs, in the folders of an archive and of a package
// for all platforms.
func TestPluginComplete(t *testing.T) {
	const told = `echo "message" >&2; echo "asked $*"; echo :4`
	folder := t.TempDir() + "/a folder"
	script := filepath.Join(folder, "plugin.complete")
	program := func(path string) {
		t.Helper()
		path = filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+told), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	run := func(words ...string) string {
		t.Helper()
		out, _ := exec.Command(script, words...).CombinedOutput() // Helm 4 reads both
		return string(out)
	}
	program("plugin.complete")
	if err := os.WriteFile(script, []byte(readFile(t, "../plugin.complete")), 0o755); err != nil {
		t.Fatal(err)
	}
	if said := run("render", "--via", ""); strings.Contains(said, "asked") {
		t.Fatalf("without a program: %q", said)
	}
	for _, path := range []string{"bin/" + runtime.GOOS + "-" + runtime.GOARCH + "/helm-runnertrust", "bin/helm-runnertrust"} {
		program(path)
		if said := run("render", "--via", ""); said != "asked __complete render --via \n:4\n" {
			t.Errorf("%s: %q", path, said)
		}
		if said := run("render", "--via="); said != "asked __complete render --via=\n:4\n" {
			t.Errorf("%s: %q", path, said)
		}
		if said := run("render", "--v"); said != ":4\n" {
			t.Errorf("%s: %q", path, said)
		}
		if err := os.Remove(filepath.Join(folder, path)); err != nil {
			t.Fatal(err)
		}
	}
}
