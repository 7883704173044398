//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/fixtures"
)

// helmOf makes a Helm of a version, with the plugins that it lists; any other command runs a script.
func helmOf(t *testing.T, version, plugins, script string) (environment []string) {
	t.Helper()
	text := "case $1 in version) printf %s " + version + " ;;\nplugin) echo 'NAME VERSION'; echo '" + plugins + "' ;;\n*) " + script + " ;;\nesac\n"
	return []string{"HELM_BIN", writeProgram(t, "helm", text)}
}

const registered = "helm-runnertrust 0.1.0"

// TestWrap fills the post-renderer in as each Helm wants it.
func TestWrap(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ version, args, want string }{
		{"v3.22.0", "upgrade --cert=a.crt --jobs -- ci chart -f v.yaml", "upgrade --post-renderer " + program + " --post-renderer-args=--cert=a.crt --post-renderer-args=--jobs ci chart -f v.yaml"},
		{"v4.3.1", "upgrade --cert a.crt -- ci chart", "upgrade --post-renderer helm-runnertrust --post-renderer-args=--cert --post-renderer-args=a.crt ci chart"},
		{"v4.3.1", "template ci chart --force --output-dir x", "template --post-renderer helm-runnertrust ci chart --force --output-dir x"},
		{"v4.3.1", "install --jobs -- ci chart -- x", "install --post-renderer helm-runnertrust --post-renderer-args=--jobs ci chart -- x"},
	} {
		stdout, stderr, code := call(t, "", helmOf(t, test.version, registered, `echo "$*"`), strings.Fields(test.args)...)
		if code != exitDone || stdout != test.want+"\n" || stderr != "" {
			t.Errorf("%s: exit code %d, %s%s", test.args, code, stdout, stderr)
		}
	}
}

// TestWrapHelps starts no Helm either, wherever help is asked for in front of the --.
func TestWrapHelps(t *testing.T) {
	for _, args := range []string{"upgrade -h", "install --cert=a.crt --help -- ci chart"} {
		stdout, stderr, code := call(t, "", helmOf(t, "v4.3.1", registered, "echo started"), strings.Fields(args)...)
		if code != exitDone || !strings.Contains(stdout, "The exit code is Helm's") || stderr != "" {
			t.Errorf("%s: exit code %d, %s%s", args, code, stdout, stderr)
		}
	}
}

// TestWrapRefuses starts no Helm.
func TestWrapRefuses(t *testing.T) {
	for _, test := range []struct{ version, plugins, args, says string }{
		{"v4.3.1", "runnertrust 0.1.0", "upgrade ci chart", "Helm 4 does not have the post-renderer's plugin, helm-runnertrust"},
		{"v3.22.0", "", "upgrade", "upgrade has no arguments"},
		{"v3.22.0", "", "template ci chart --output-dir=x", "--output-dir: Helm 3 writes the files before"},
		{"v3.22.0", "", "upgrade ci chart --post-renderer=x", "--post-renderer is filled in by this command"},
		{"v3.22.0", "", "upgrade --cert=a.crt ci chart", "--cert is the post-renderer's, and stands among Helm's arguments"},
		{"v3.22.0", "", "upgrade --crt=a.crt -- ci chart", "did you mean --cert?"},
		{"v3.22.0", "", "upgrade ci --cert=a.crt -- chart", `"ci" stands before --`},
	} {
		stdout, stderr, code := call(t, "", helmOf(t, test.version, test.plugins, "echo started"), strings.Fields(test.args)...)
		if code != exitError || stdout != "" || !strings.Contains(stderr, test.says) {
			t.Errorf("%s: exit code %d, %s%s", test.args, code, stdout, stderr)
		}
	}
}

// TestWrapIsHelm has the streams, the exit code and the signals of Helm, and the messages that Helm
// dropped.
func TestWrapIsHelm(t *testing.T) {
	const script = `cat; echo Error >&2; [ "$(stat -c %a "$RUNNERTRUST_MESSAGES")" = 600 ] && echo "runnertrust: warning: x" >>"$RUNNERTRUST_MESSAGES"; exit 7`
	stdout, stderr, code := call(t, "values", helmOf(t, "v4.3.1", registered, script), "upgrade", "ci", "chart", "-f", "-", "--set", "x=a\nb")
	if code != 7 || stdout != "values" || stderr != "Error\nrunnertrust: warning: x\n" {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
	if _, stderr, code = call(t, "", helmOf(t, "v4.3.1", registered, `rm "$RUNNERTRUST_MESSAGES"`), "upgrade", "ci", "chart"); code != exitDone || !strings.Contains(stderr, "cannot read what the post-renderer said") {
		t.Errorf("without the messages: exit code %d, %q", code, stderr)
	}
	const stopped = `trap 'kill $!; exit 9' TERM; sleep 60 >/dev/null 2>&1 & kill -TERM $PPID; wait`
	if _, stderr, code = call(t, "", helmOf(t, "v4.3.1", registered, stopped), "upgrade", "ci", "chart"); code != 9 || stderr != "" {
		t.Errorf("a signal: exit code %d, %q", code, stderr)
	}
	if _, _, code = call(t, "", helmOf(t, "v4.3.1", registered, "kill -KILL $$"), "upgrade", "ci", "chart"); code != 137 {
		t.Errorf("a Helm that is killed: exit code %d", code)
	}
}

// TestDroppedMessages writes to the file what Helm would drop, and only that.
func TestDroppedMessages(t *testing.T) {
	input := fixtures.Input(t, "accept/current")
	for _, test := range []struct {
		plugin, args string
		written      bool
	}{
		{"runnertrust", "--force --cert=" + fixturesDir + "/certs/expired.crt", true}, // Helm 3 drops warnings
		{"runnertrust", "--cert=no-such-file", false},                                 // and prints errors
		{pluginName, "--cert=no-such-file", true},
	} {
		path := filepath.Join(t.TempDir(), "messages")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		_, stderr, _ := call(t, input, []string{messagesVariable, path, "HELM_PLUGIN_NAME", test.plugin}, strings.Fields(test.args)...)
		if text := readFile(t, path); (text != "") != test.written || test.written && text != stderr {
			t.Errorf("%s, %s: %q, stderr %q", test.plugin, test.args, text, stderr)
		}
	}
}
