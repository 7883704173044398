package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"helm-runnertrust/fixtures"
)

// TestNamesThatAreNoText has file names with bytes that are not UTF-8 and a terminal's commands.
func TestNamesThatAreNoText(t *testing.T) {
	input, want := fixtures.Input(t, "accept/umbrella"), fixtures.Output(t, "accept/umbrella")
	address, _ := newServer(t)
	for _, name := range []string{"\xff\xfe", "\x1b[2J", "\xc3\x28", "\u202e"} {
		folder := t.TempDir()
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(readFile(t, fixturesDir+"/certs/ca.crt")), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".yaml", []byte(input), 0o600); err != nil {
			t.Fatal(err)
		}
		stdout, stderr, code := call(t, "", nil, "render", "-f", path+".yaml", "--cert="+path)
		if code != exitDone || stdout != want {
			t.Errorf("%q: exit code %d, %s", name, code, stderr)
		}
		if _, stderr, code = call(t, "", nil, "fetch", host, "--connect", address, "--save", path+".crt"); code != exitDone || fileSize(t, path+".crt") == 0 {
			t.Errorf("%q: exit code %d, %s", name, code, stderr)
		}
		for _, args := range [][]string{{"--cert=" + path + ".no"}, {"render", "-f", path + ".no"}, {"verify", "-f", path + ".no", "-o", "json"},
			{"fetch", host, "--connect", address, "--save", path + "/no"}, {path}, {"render", path}, {"verify", "--release", name}} {
			stdout, stderr, code := call(t, "", []string{"HELM_BIN", "false"}, args...)
			if said := stdout + stderr; code != errorOf(args) || !utf8.ValidString(said) || strings.ContainsAny(said, "\x1b\u202e") {
				t.Errorf("%q: exit code %d, %q", args, code, said)
			}
		}
	}
}
