package matrix

import (
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/trust/trusttest"
)

// manifest is a rendering with a runner.
var manifest = filepath.Join("..", "..", "fixtures", "base", "current.yaml")

// withCert are the commands that take a file. None of them gets as far as the
// network.
func withCert(t *testing.T, path string) map[string]command {
	t.Helper()
	cert := "--cert=" + path
	return map[string]command{
		"filter": {program: program, args: []string{cert}, stdin: string(readFile(t, manifest))},
		"filter, from the environment": {
			program: program, env: []string{"RUNNERTRUST_CERT=" + path}, stdin: string(readFile(t, manifest)),
		},
		"render": {program: program, args: []string{"render", "-f", manifest, cert}},
		"verify": {program: program, args: []string{"verify", "https://no-such-host.invalid", cert}},
	}
}

func TestUnusableFilesAreRefused(t *testing.T) {
	paths := badPaths(t, t.TempDir())
	for name, bad := range paths {
		for title, cmd := range withCert(t, bad.path) {
			t.Run(name+"/"+title, func(t *testing.T) {
				place, says := bad.path, bad.says
				if cmd.env != nil && says == "cannot be read" {
					// The value may be a secret in the wrong variable.
					place, says = "RUNNERTRUST_CERT", "neither PEM text nor a path"
				}
				refused(t, cmd.run(t), place, says)
			})
		}
	}
}

// TestUsableFileIsTaken shows that the commands above fail because of the file.
func TestUsableFileIsTaken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ca.crt")
	writeFile(t, path, trusttest.PEM(trusttest.SelfSigned(authority("Root")).Certificate))
	for title, cmd := range withCert(t, path) {
		t.Run(title, func(t *testing.T) {
			result := cmd.run(t)
			if title == "verify" {
				if result.code != 1 || !strings.Contains(result.stdout, `the name "no-such-host.invalid" cannot be resolved here`) {
					t.Errorf("%+v", result)
				}
				return
			}
			if result.code != 0 || result.stderr != "" || !strings.Contains(result.stdout, "gitlab.example.com.crt") {
				t.Errorf("exit code %d: %s", result.code, result.stderr)
			}
		})
	}
}

// badTargets are what is given instead of a host, the place in the message,
// and its words.
var badTargets = map[string]struct{ target, place, says string }{
	"host with spaces":       {"gitlab example.test", `"gitlab example.test"`, "not HOST:PORT"},
	"URL with spaces":        {"https://gitlab example.test", `"https://gitlab example.test"`, "not HOST:PORT"},
	"URL with a user":        {"https://somebody@gitlab.test", `"https://***@gitlab.test"`, "user or password"},
	"URL with a password":    {"https://somebody:swordfish@gitlab.test", `"https://***@gitlab.test"`, "user or password"},
	"port 0":                 {"gitlab.test:0", `"gitlab.test:0"`, "the port is not a number"},
	"port out of range":      {"gitlab.test:65536", `"gitlab.test:65536"`, "the port is not a number"},
	"port without a host":    {":443", `":443"`, "no host"},
	"another scheme":         {"http://gitlab.test", `"http://gitlab.test"`, "not an https URL"},
	"nothing":                {"", `""`, "no host"},
	"brackets around a name": {"[gitlab.test", `"[gitlab.test"`, ""},
	"line break":             {"gitlab.test\nHost: other.test", "an argument", "has line breaks"},
}

func TestBadTargetsAreRefused(t *testing.T) {
	for name, bad := range badTargets {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for _, args := range [][]string{
				{"fetch", bad.target},
				{"fetch", bad.target, "-o", "json"},
				{"fetch", bad.target, "--save", filepath.Join(folder, "gitlab.crt")},
				{"verify", bad.target},
			} {
				result := runnertrust(t, nil, args...)
				refused(t, result, bad.place, bad.says)
				if strings.Contains(result.stderr, "swordfish") {
					t.Errorf("the password is in the message: %s", result.stderr)
				}
			}
			entries(t, folder)
		})
	}
}

func TestBadAddressesAreRefused(t *testing.T) {
	folder := t.TempDir()
	for address, bad := range map[string]struct{ place, says string }{
		"127.0.0.1 1":                  {`"127.0.0.1 1"`, "not HOST:PORT"},
		"127.0.0.1:0":                  {`"127.0.0.1:0"`, "the port is not a number"},
		"https://somebody:swordfish@h": {`"https://***@h"`, "a URL with a user or password"},
	} {
		args := []string{"fetch", "gitlab.test", "--connect", address, "--save", filepath.Join(folder, "gitlab.crt")}
		result := runnertrust(t, nil, args...)
		refused(t, result, bad.place, bad.says)
		if strings.Contains(result.stderr, "swordfish") {
			t.Errorf("the password is repeated: %s", result.stderr)
		}
	}
	entries(t, folder)
}

func TestUnresolvableNameIsRefused(t *testing.T) {
	folder := t.TempDir()
	for _, more := range [][]string{nil, {"-o", "json"}, {"--save", filepath.Join(folder, "gitlab.crt")}} {
		args := append([]string{"fetch", "no-such-host.invalid", "--timeout", "10s"}, more...)
		refused(t, runnertrust(t, nil, args...), "no-such-host.invalid:443", "cannot be resolved here")
	}
	entries(t, folder)
}

// refused fails the test unless a command ended with an error, wrote nothing
// but the error in JSON, and said in its first error where and what is wrong,
// with a hint.
func refused(t *testing.T, result outcome, place, says string) {
	t.Helper()
	if result.code != 1 && result.code != 4 || hasResult(result) { // verify ends with 4
		t.Errorf("exit code %d, stdout %.200q, stderr %s", result.code, result.stdout, result.stderr)
	}
	said := complaint(t, result.stderr)
	if !strings.HasPrefix(said, place) || !strings.Contains(said, says) {
		t.Errorf("the error is %q, want %s: … %s", said, place, says)
	}
	for line := range strings.Lines(result.stderr) {
		if len(line) > 500 {
			t.Errorf("a message of %d characters: %.200q", len(line), line)
		}
	}
}

// hasResult reports whether a command wrote anything to stdout but the error in
// JSON.
func hasResult(o outcome) bool {
	return o.stdout != "" && !strings.HasPrefix(o.stdout, "{\n  \"error\": {\n")
}
