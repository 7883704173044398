package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/fixtures"
)

// TestScreen gives every command manifests whose names, URLs, paths, namespaces and documents' sources
// hold characters that steer a terminal, and has none of them on a screen.
func TestScreen(t *testing.T) {
	manifest := fixtures.Output(t, "accept/current")
	cert := "--cert=" + fixturesDir + "/certs/ca.crt"
	const forged = "\nrunnertrust: error: forged"
	for _, hidden := range []string{forged, "\x1b[2J", "\a", "\u009b", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\U000e0041"} {
		quoted, err := json.Marshal("x" + hidden + "y")
		if err != nil {
			t.Fatal(err)
		}
		for _, place := range []string{"name: ci-gitlab-runner", "namespace: ci", "value: https://gitlab.example.com", "mountPath: /home/gitlab-runner/.gitlab-runner/certs", "- name: ci-gitlab-runner"} {
			field, _, _ := strings.Cut(place, ": ")
			stream := strings.ReplaceAll(manifest, place+"\n", field+": "+string(quoted)+"\n")
			stream = strings.ReplaceAll(stream, place[:len(field)+2]+`"`+place[len(field)+2:]+`"`+"\n", field+": "+string(quoted)+"\n")
			for _, args := range [][]string{{"verify"}, {"verify", "-o", "json"}, {"verify", "-o", "prometheus"}, {cert}, {cert, "--deployment=a"}, {"verify", "--deployment=a"}} {
				stdout, stderr, _ := call(t, stream, nil, args...)
				if args[0] == cert {
					stdout = "" // manifests are data
				}
				for _, text := range []string{stdout, stderr} {
					steers := hidden != forged && strings.Contains(text, hidden)
					if steers || strings.Contains("\n"+text, forged) {
						t.Errorf("%q as %s, %q: %q", hidden, field, args, text)
					}
				}
			}
		}
	}
	for _, hidden := range []string{"\x1b[2J", "\u202e", "\u200b"} {
		for _, args := range [][]string{{"x" + hidden}, {"--x" + hidden}, {"fetch", hidden}, {"verify", hidden}, {"values", "--host", hidden}, {"--cert=x" + hidden}, {"render", "-f", hidden}, {"verify", "--release", hidden}} {
			stdout, stderr, code := call(t, manifest, []string{"HELM_BIN", "false"}, args...)
			if strings.Contains(stdout+stderr, hidden) || code != errorOf(args) {
				t.Errorf("%q: exit code %d, %q%q", args, code, stdout, stderr)
			}
		}
	}
	helm := filepath.Join(t.TempDir(), "helm")
	if err := os.WriteFile(helm, []byte("#!/bin/sh\nprintf 'Error: \\033[2J\\nrunnertrust: error: forged\\n' >&2\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, stderr, _ := call(t, "", []string{"HELM_BIN", helm}, "verify", "--release", "ci"); strings.Contains(stderr, forged) || strings.Contains(stderr, "\x1b") {
		t.Errorf("Helm's words: %q", stderr)
	}
}
