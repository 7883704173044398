package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"helm-runnertrust/fixtures"
)

// call runs a command line; the environment is pairs of name and value.
func call(t *testing.T, stdin string, environment []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	env := map[string]string{}
	var environ []string
	for i := 0; i+1 < len(environment); i += 2 {
		env[environment[i]] = environment[i+1]
		environ = append(environ, environment[i]+"="+environment[i+1])
	}
	plugin, err := os.ReadFile("../plugin.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var out, messages bytes.Buffer
	code = Run(Process{
		Args:    args,
		Env:     func(name string) string { return env[name] },
		Environ: environ,
		Stdin:   strings.NewReader(stdin),
		Stdout:  &out,
		Stderr:  &messages,
		Now:     fixturesNow,
		Plugin:  plugin,
	})
	return out.String(), messages.String(), code
}

func TestVersion(t *testing.T) {
	stdout, _, code := call(t, "", nil, "version")
	found := regexp.MustCompile(`^(\d+\.\d+\.\d+) \(commit \S+, go1\.\S+ \w+/\w+\)\n$`).FindStringSubmatch(stdout)
	if code != exitDone || found == nil {
		t.Fatalf("exit code %d, %q", code, stdout)
	}
	// The variable of that name is no flag.
	if flag, stderr, code := call(t, "", []string{"RUNNERTRUST_VERSION", "1"}, "--version"); code != exitDone || flag != stdout {
		t.Errorf("--version: exit code %d, %q, %q", code, flag, stderr)
	}
	postRenderer := readFile(t, "../postrenderer/plugin.yaml")
	if !strings.Contains(postRenderer, "\nversion: "+found[1]+"\n") {
		t.Errorf("postrenderer/plugin.yaml has another version than %q", stdout)
	}
	if !strings.Contains(postRenderer, "\nname: "+pluginName+"\n") {
		t.Errorf("postrenderer/plugin.yaml has another name than %q", pluginName)
	}
}

// TestUsage holds what is wrong with a command line against its message.
func TestUsage(t *testing.T) {
	for _, test := range []struct {
		args        []string
		environment []string
		says        string
	}{
		{args: []string{"patch"}, says: `unknown command "patch"`},
		{args: []string{"--certs"}, says: "unknown flag: --certs\nrunnertrust: hint: did you mean --cert? see helm runnertrust --help"},
		{args: []string{"render", "--crt=x"}, says: "did you mean --cert? see helm runnertrust render --help"},
		{args: []string{"--cert a.crt --via=env"}, says: "hint: each flag is an argument of its own, --cert=FILE; under Helm, each in a --post-renderer-args of its own\n"},
		{args: []string{"-cert", "a.crt"}, says: "write --cert, with two dashes"},
		{args: []string{"render", "--post-renderer", "helm-runnertrust"}, says: "--post-renderer is Helm's: leave it out"},
		{args: []string{"--post-renderer-args=--jobs"}, says: "--post-renderer-args is Helm's: leave it out"},
		{args: []string{"render", "-o", "x.yaml"}, says: "hint: the result goes to stdout: > FILE\n"},
		{args: []string{"values", "--output=x.yaml"}, says: "hint: the result goes to stdout: > FILE\n"},
		{args: []string{"—cert=gitlab.crt"}, says: "an argument begins with a long dash, as chat programs and word processors make it\nrunnertrust: hint: type the two dashes of a flag anew: --\n"},
		{args: []string{"fetch", "gitlab.test", "–save", "x"}, says: "begins with a long dash"},
		{args: []string{"verify", "—release", "x"}, says: "begins with a long dash"},
		{args: []string{"render", "—diff"}, says: "begins with a long dash"},
		{args: []string{"\u2212\u2212cert=x"}, says: "begins with a long dash"},
		{args: []string{"--—cert=x"}, says: "begins with a long dash"},
		{args: []string{"-\u2010cert=x"}, says: "begins with a long dash"},
		{args: []string{"upgrade", "—cert=x", "--", "ci", "chart"}, says: "begins with a long dash"},
		{args: []string{"--pipe hook --swordfish"}, says: "unknown flag: --pipe\n"},
		{args: []string{"render", "--zzz"}, says: "unknown flag: --zzz\nrunnertrust: hint: see helm runnertrust render --help"},
		{args: []string{"fecth", "gitlab.test"}, says: "unknown command \"fecth\"\nrunnertrust: hint: did you mean helm runnertrust fetch? "},
		{args: []string{"cli_test.go"}, says: `"cli_test.go" is a file, not a command or a flag`},
		{args: []string{"render", "manifests"}, says: `render takes no argument like "manifests"`},
		{args: []string{"render", "-f", "a", "-f", "b"}, says: "--file is set twice"},
		{args: []string{"--certs-dir=/a", "--certs-dir=/b"}, says: "--certs-dir is set twice"},
		{args: []string{"render", "--force=yes"}, says: "--force: \"yes\" is neither true nor false\nrunnertrust: hint: write --force=true"},
		{args: []string{"render", "-f", "x", "--release", "y"}, says: "none of the others can be; [file release] were all set"},
		{args: []string{"render", "-f", "no-such-file"}, says: "no-such-file"},
		{args: []string{"verify", "-o", "yaml"}, says: `"yaml" is none of: table, json, prometheus`},
		{args: []string{"verify", "--expires-within", "soon"}, says: `"soon" is not a time like 30d or 72h`},
		{args: []string{"verify", "--expires-within", "-1h"}, says: `"-1h" is not a time`},
		{args: []string{"verify", "--expires-within", "xd"}, says: `"xd" is not a number of days`},
		{args: []string{"verify", "gitlab.test", "-f", "x"}, says: "--file is not for a URL"},
		{args: []string{"verify", "gitlab.test", "--kube-context", "x"}, says: "--kube-context is not for a URL"},
		{args: []string{"verify", "-f", "x", "--cert", "y"}, says: "--cert is not for manifests"},
		{args: []string{"fetch"}, says: "fetch takes one server, not 0"},
		{args: []string{"fetch", "gitlab.test", "--fingerprint", "abc"}, says: `"abc"`},
		{environment: []string{"RUNNERTRUST_FORCE", "yes"}, says: "environment variable RUNNERTRUST_FORCE: \"yes\" is neither true nor false\nrunnertrust: hint: write RUNNERTRUST_FORCE=true\n"},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			stdout, stderr, code := call(t, "", test.environment, test.args...)
			if code != errorOf(test.args) || stdout != "" {
				t.Errorf("exit code %d, stdout %q", code, stdout)
			}
			if !strings.HasPrefix(stderr, "runnertrust: error: ") || !strings.Contains(stderr, test.says) {
				t.Errorf("stderr %q", stderr)
			}
		})
	}
}

// TestEnvironment gives flags through the environment; a flag wins over it.
func TestEnvironment(t *testing.T) {
	input := fixtures.Input(t, "accept/current")
	pem := readFile(t, fixturesDir+"/certs/ca.crt")
	path := fixturesDir + "/certs/ca.crt"
	byFlag, _, _ := call(t, input, nil, "--cert="+path, "--certs-dir=/certs")
	for _, environment := range [][]string{
		{"RUNNERTRUST_CERT", path, "RUNNERTRUST_CERTS_DIR", "/certs"},
		{"RUNNERTRUST_CERT", pem, "RUNNERTRUST_CERTS_DIR", "/certs"},
	} {
		if stdout, stderr, code := call(t, input, environment); code != exitDone || stdout != byFlag {
			t.Errorf("exit code %d, stderr %q", code, stderr)
		}
	}
	stdout, _, _ := call(t, input, []string{"RUNNERTRUST_CERT", "no-such-file", "RUNNERTRUST_CERTS_DIR", "/other"}, "--cert="+path, "--certs-dir=/certs")
	if stdout != byFlag {
		t.Error("the environment won over a flag")
	}
}

// TestUnknownVariables warns of variables that nothing reads, and leaves their values alone.
func TestUnknownVariables(t *testing.T) {
	input := fixtures.Input(t, "accept/current")
	cert := "--cert=" + fixturesDir + "/certs/ca.crt"
	const warning = "runnertrust: warning: environment variable "
	for name, want := range map[string]string{
		"RUNNERTRUST_CERT_DIR":     warning + "RUNNERTRUST_CERT_DIR: nothing reads it\nrunnertrust: hint: did you mean RUNNERTRUST_CERTS_DIR?\n",
		"RUNNERTRUST_CRT":          warning + "RUNNERTRUST_CRT: nothing reads it\nrunnertrust: hint: did you mean RUNNERTRUST_CERT?\n",
		"RUNNERTRUST_KUBE_CONTEXT": warning + "RUNNERTRUST_KUBE_CONTEXT: nothing reads it\nrunnertrust: hint: see helm runnertrust --help; not every flag has a variable\n",
		"RUNNERTRUST_ELEPHANT":     warning + "RUNNERTRUST_ELEPHANT: nothing reads it\nrunnertrust: hint: see helm runnertrust --help; not every flag has a variable\n",
		"RUNNERTRUST_BIN_DIR":      "",
		"RUNNERTRUST_NO_LINK":      "",
		"RUNNERTRUST_RELEASES":     "",
		"RUNNERTRUST_TIMEOUT":      "", // of other commands
		"RUNNERTRUSTED_CERT":       "",
		"HELM_RUNNERTRUST_CERT":    "",
	} {
		stdout, stderr, code := call(t, input, []string{name, "swordfish"}, cert)
		if code != exitDone || stderr != want || len(stdout) <= len(input) {
			t.Errorf("%s: exit code %d, %q", name, code, stderr)
		}
	}
}

// TestCalledAs has hints that can be typed: through Helm where Helm runs the program.
func TestCalledAs(t *testing.T) {
	for name, environment := range map[string]map[string]string{
		"helm runnertrust":       {"HELM_PLUGIN_NAME": "runnertrust"},
		"./bin/helm-runnertrust": {},
	} {
		var stderr bytes.Buffer
		code := Run(Process{
			Name: "./bin/helm-runnertrust", Args: []string{"verify", "--zzz"}, Stdin: strings.NewReader(""), Stdout: &stderr, Stderr: &stderr,
			Env: func(name string) string { return environment[name] },
		})
		if want := "runnertrust: error: unknown flag: --zzz\nrunnertrust: hint: see " + name + " verify --help\n"; code != exitNotRun || stderr.String() != want {
			t.Errorf("exit code %d, %q", code, &stderr)
		}
	}
}

// TestPortInHints has the port of CI_SERVER_URL in what is to be typed about a runner's file.
func TestPortInHints(t *testing.T) {
	input := fixtures.Input(t, "accept/host-upper-case-and-port")
	forced, stderr, code := call(t, input, nil, "--force", "--cert="+fixturesDir+"/certs/expired.crt")
	const typed = "helm runnertrust fetch GitLab.example.com:8443 --save FILE\n"
	if code != exitDone || !strings.Contains(stderr, typed) {
		t.Errorf("the filter: exit code %d, %s", code, stderr)
	}
	if stdout, stderr, code := call(t, forced, nil, "verify"); code != exitError || !strings.Contains(stdout, typed) {
		t.Errorf("verify: exit code %d, %s%s", code, stdout, stderr)
	}
}

// brokenPipe is a stdout that nobody reads.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestStdoutBroken(t *testing.T) {
	var stderr bytes.Buffer
	code := Run(Process{
		Args:   []string{"--cert=" + fixturesDir + "/certs/ca.crt"},
		Env:    func(string) string { return "" },
		Stdin:  strings.NewReader(fixtures.Input(t, "accept/current")),
		Stdout: brokenPipe{},
		Stderr: &stderr,
		Now:    fixturesNow,
	})
	if want := "runnertrust: error: cannot write the output: broken pipe\n"; code != exitError || stderr.String() != want {
		t.Errorf("exit code %d, stderr %q", code, &stderr)
	}
}

// TestRender shows the same as the filter, as a diff, and tells of changes by its exit code when it
// is asked to.
func TestRender(t *testing.T) {
	file, cert := fixturesDir+"/base/current.yaml", "--cert="+fixturesDir+"/certs/ca.crt"
	output := fixtures.Output(t, "accept/current")
	if stdout, _, code := call(t, "", nil, "render", "-f", file, cert); code != exitDone || stdout != output {
		t.Errorf("exit code %d", code)
	}
	if stdout, _, code := call(t, readFile(t, file), nil, "render", "-f", "-", cert, "--detailed-exitcode"); code != exitChanges || stdout != output {
		t.Errorf("exit code %d", code)
	}
	if stdout, _, code := call(t, output, nil, "render", cert, "--detailed-exitcode", "--diff"); code != exitDone || stdout != "" {
		t.Errorf("exit code %d without changes, diff %q", code, stdout)
	}
	stdout, _, code := call(t, "", nil, "render", "-f", file, cert, "--diff")
	if code != exitDone || !strings.HasPrefix(stdout, "--- "+file+"\n+++ "+file+" (with runnertrust)\n@@ ") {
		t.Errorf("exit code %d, diff %q", code, stdout)
	}
	for line := range strings.Lines(stdout) {
		if strings.HasPrefix(line, "-") && !strings.HasPrefix(line, "---") {
			t.Errorf("a line is removed: %q", line)
		}
	}
}

// TestDiffOfSecrets shows what stands beside a change, but no value of a Secret unless it is asked
// to.
func TestDiffOfSecrets(t *testing.T) {
	runner := strings.ReplaceAll(fixtures.Input(t, "refuse/url-with-password"), "ssh://bot:secret@", "https://")
	stream := runner + "---\nkind: Secret\nstringData: {token: swordfish}\n"
	list := "kind: List\nitems:\n-\n  " + strings.ReplaceAll(strings.TrimSpace(runner), "\n", "\n  ") + "\n-\n  kind: Secret\n  data: {token: swordfish}\n"
	cert := "--cert=" + fixturesDir + "/certs/ca.crt"
	for name, stream := range map[string]string{"documents": stream, "list": list} {
		for show, value := range map[string]string{"--show-secrets=false": "{token: ***\n", "--show-secrets": "{token: swordfish}\n"} {
			stdout, stderr, code := call(t, stream, nil, "render", cert, "--diff", show)
			if code != exitDone || !strings.Contains(stdout, value) {
				t.Errorf("%s, %s: exit code %d, %s%s", name, show, code, stdout, stderr)
			}
		}
	}
}

// TestRelease asks the Helm of HELM_BIN for the manifest, in HELM_NAMESPACE.
func TestRelease(t *testing.T) {
	manifest := filepath.Join(t.TempDir(), "manifest.yaml")
	if err := os.WriteFile(manifest, []byte(fixtures.Input(t, "accept/current")), 0o600); err != nil {
		t.Fatal(err)
	}
	helm := filepath.Join(t.TempDir(), "helm")
	script := "#!/bin/sh\n[ \"$*\" = 'get manifest ci --namespace prod' ] && exec cat " + manifest + "\n[ \"$3\" = unreachable ] && echo \"Error: Kubernetes cluster unreachable\" >&2 || echo \"Error: release: not found\" >&2\nexit 1\n"
	if err := os.WriteFile(helm, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	environment := []string{"HELM_BIN", helm, "HELM_NAMESPACE", "prod"}
	cert := "--cert=" + fixturesDir + "/certs/ca.crt"
	stdout, stderr, code := call(t, "", environment, "render", "--release", "ci", cert)
	if code != exitDone || stdout != fixtures.Output(t, "accept/current") {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	stdout, stderr, code = call(t, "", environment, "render", "--release", "other", cert)
	if code != exitError || stdout != "" || !strings.Contains(stderr, "Error: release: not found\nrunnertrust: hint: look for its namespace: helm list --all-namespaces --filter '^other$'\n") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	_, stderr, _ = call(t, "", append(environment, "HELM_KUBECONTEXT", "ci"), "verify", "--release", "unreachable")
	if !strings.HasSuffix(stderr, "answers: kubectl cluster-info --context ci\n") || strings.Contains(stderr, "helm list") {
		t.Errorf("stderr %q", stderr)
	}
	_, stderr, _ = call(t, "", []string{"HELM_BIN", "no-such-helm"}, "verify", "--release", "ci")
	_, inFolder, _ := call(t, "", []string{"HELM_BIN", "/no/such/helm"}, "verify", "--release", "ci")
	if !strings.HasSuffix(stderr, "HELM_BIN\n") || !strings.HasSuffix(inFolder, "HELM_BIN\n") {
		t.Errorf("stderr %q, %q", stderr, inFolder)
	}
	stdout, _, _ = call(t, "", environment, "verify", "--release", "ci")
	if !strings.Contains(stdout, "\n    an upgrade with the post-renderer gives it a file; to see whether it needs one: helm runnertrust verify --release ci --namespace prod --online\n") {
		t.Errorf("stdout %q", stdout)
	}
}
