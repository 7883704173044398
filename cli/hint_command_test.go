package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// TestHintedCommands holds that what is wrong with a command line is answered by the one to type.
func TestHintedCommands(t *testing.T) {
	spaced := filepath.Join(t.TempDir(), "a b")
	file := filepath.Join(spaced, "Chart.yaml")
	if err := errors.Join(os.Mkdir(spaced, 0o700), os.WriteFile(file, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args        []string
		environment []string
		hint        string
	}{
		{args: []string{"verify", "https://gitlab.test:8443", "--cert=other.test=" + fixturesDir + "/certs/ca.crt"},
			hint: "get the chain from the server: helm runnertrust fetch gitlab.test:8443 --save FILE, then: helm runnertrust verify gitlab.test:8443 --cert=FILE"},
		{args: []string{"fetch", "gitlab.test", "--timeout", "5"}, hint: "how long a server may take to answer, such as --timeout=15s"},
		{args: []string{"fetch", "gitlab.test", "--timeout", "soon"}, hint: "how long a server may take to answer, such as --timeout=15s"},
		{args: []string{"fetch", "gitlab.test"}, environment: []string{"RUNNERTRUST_TIMEOUT", "5"}, hint: "how long a server may take to answer, such as RUNNERTRUST_TIMEOUT=15s"},
		{args: []string{"verify", "--expires-within", "30"}, hint: "also fail if a runner would stop working within this time: 30d, 72h"},
		{args: []string{"verify", "--all", "--release", "ci"}, hint: "see helm runnertrust verify --help"},
		{args: []string{"render", "-f", spaced}, hint: "render the chart first: helm template '" + spaced + "' > manifests.yaml"},
		{args: []string{"verify", "[fd00::1]:8443", "--cert=other.test=" + fixturesDir + "/certs/ca.crt"},
			hint: "get the chain from the server: helm runnertrust fetch '[fd00::1]:8443' --save FILE, then: helm runnertrust verify '[fd00::1]:8443' --cert=FILE"},
		{args: []string{"verify", "--all-in", ""}, hint: "name the namespace, or give --all for all of them"},
		{args: []string{"verify", "--all-in", "ci", "-n", "ci"}, hint: "leave --namespace out"},
		{args: []string{"--pipe=sed a\nsed b"}, hint: "write a certificate to a file and give the path, or put it into the variable RUNNERTRUST_CERT; any other value takes one line"},
		{args: []string{"values", "--host", "gitlab.test\n"}, hint: "write a certificate to a file and give the path, or put it into the variable RUNNERTRUST_CERT; any other value takes one line"},
		{args: []string{"--cert", "a\nb"}, hint: "write a certificate to a file and give the path, or put it into the variable RUNNERTRUST_CERT; any other value takes one line"},
		{args: []string{"fetch", "a\nb"}, hint: "write a certificate to a file and give the path, or put it into the variable RUNNERTRUST_CERT; any other value takes one line"},
		{args: []string{"--deployment", "-----BEGIN"}, hint: "write a certificate to a file and give the path, or put it into the variable RUNNERTRUST_CERT; any other value takes one line"},
		{args: []string{"render"}, environment: []string{"RUNNERTRUST_DEPLOYMENT", "a\nb"}, hint: "write a certificate to a file and give the path, or put it into the variable RUNNERTRUST_CERT; any other value takes one line"},
		{args: []string{"--cert"}, hint: "write --cert=[HOST=]PATH; see helm runnertrust --help"},
		{args: []string{"fetch"}, hint: "helm runnertrust fetch HOST[:PORT] --save FILE"},
		{args: []string{"verify", "a.test", "b.test"}, hint: "verify them one after the other: helm runnertrust verify URL"},
		{args: []string{"fetch", "git@gitlab.test:group/project.git"}, hint: "give HOST[:PORT], without anything before the @, and change the password if it was real"},
		{args: []string{"verify", "ssh://git@gitlab.test:2222/group/project.git"}, hint: "give HOST[:PORT], without anything before the @, and change the password if it was real"},
	} {
		stdout, stderr, code := call(t, "", test.environment, test.args...)
		if code != errorOf(test.args) || stdout != "" || !strings.HasSuffix(stderr, "\nrunnertrust: hint: "+test.hint+"\n") {
			t.Errorf("%q: exit code %d, %s%s", test.args, code, stdout, stderr)
		}
	}
}

// TestUnresolvableHint has the whole command that reaches the server by its address.
func TestUnresolvableHint(t *testing.T) {
	const text = "check the spelling, or give its address: "
	server := probe.Verdicts{Target: probe.Target{Host: host, Port: "8443"}}
	for want, about := range map[string]advice.Context{
		"helm runnertrust fetch " + host + " --save FILE": {Check: advice.OfServer, Host: host},
		"helm runnertrust verify " + host + ":8443":       ofHandshake(server, advice.Verify(server.Target.String())),
		"helm runnertrust verify -f ci.yaml --online":     ofHandshake(server, "helm runnertrust verify -f ci.yaml --online"),
	} {
		if got := about.Of(trust.Finding{Code: probe.CodeUnresolvable}).Hint; got != text+want+" --connect ADDR" {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestFlagWinsOverExcluded leaves a variable alone that a flag excludes.
func TestFlagWinsOverExcluded(t *testing.T) {
	file := fixtureFile(t, "accept/current/output.yaml")
	if stdout, stderr, code := call(t, "", []string{"RUNNERTRUST_RELEASE", "ci"}, "verify", "-f", file); code != exitDone {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
	_, stderr, _ := call(t, "", []string{"RUNNERTRUST_RELEASE", "ci", "HELM_BIN", "no-such-helm"}, "verify", "--all")
	if !strings.HasPrefix(stderr, "runnertrust: error: cannot list the releases: ") {
		t.Errorf("--all: %s", stderr)
	}
}
