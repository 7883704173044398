package cli

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/fixtures"
	"helm-runnertrust/trust/trusttest"
)

// host is the name of the servers of the tests.
const host = "gitlab.example.com"

// privateRoot is a CA that is valid at the fixtures' time.
func privateRoot() *trusttest.Identity {
	return trusttest.SelfSigned(trusttest.Template{
		CommonName: "Private Root", CA: true, NotBefore: fixturesNow.Add(-time.Hour), NotAfter: fixturesNow.AddDate(10, 0, 0),
	})
}

// serverWith starts a server with a certificate of this CA, from now for so many days, and returns
// the flags that lead fetch there.
func serverWith(t *testing.T, root *trusttest.Identity, name string, days int) []string {
	t.Helper()
	from := fixturesNow.AddDate(0, 0, min(days, 0)-1)
	leaf := root.Issue(trusttest.Template{DNSNames: []string{name}, NotBefore: from, NotAfter: fixturesNow.AddDate(0, 0, days)})
	server := trusttest.StartTLS("127.0.0.1:0", nil, leaf, root.Certificate)
	t.Cleanup(server.Close)
	return []string{"fetch", host, "--connect", server.Addr}
}

// TestFetchWritesTheCAs writes a file that outlives the server's certificate, unless told
// otherwise.
func TestFetchWritesTheCAs(t *testing.T) {
	root := privateRoot()
	fetch := serverWith(t, root, host, 60)
	if stdout, stderr, code := call(t, "", nil, fetch...); code != exitDone || stdout != string(trusttest.PEM(root.Certificate)) {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
	stdout, stderr, code := call(t, "", nil, append(fetch, "--with-leaf", "-o", "json")...)
	var result fetchResult
	if err := json.Unmarshal([]byte(stdout), &result); err != nil || code != exitDone || stderr != "" {
		t.Fatalf("%v, exit code %d, %s", err, code, stderr)
	}
	if len(result.Chain) != 2 || len(result.File) != 2 || strings.Count(result.PEM, "BEGIN") != 2 || result.Fault != nil {
		t.Errorf("--with-leaf: %+v", result)
	}
	leafOnly := trusttest.StartTLS("127.0.0.1:0", nil, root.Issue(trusttest.Template{
		DNSNames: []string{host}, NotBefore: fixturesNow.Add(-time.Hour), NotAfter: fixturesNow.AddDate(1, 0, 0),
	}))
	t.Cleanup(leafOnly.Close)
	stdout, stderr, code = call(t, "", nil, "fetch", host, "--connect", leafOnly.Addr)
	if code != exitDone || strings.Count(stdout, "BEGIN") != 1 || !strings.Contains(stderr, "only until that is renewed") {
		t.Errorf("no CA: exit code %d, %s%s", code, stdout, stderr)
	}
}

// TestFetchOfWhatCannotWork writes nothing without --force.
func TestFetchOfWhatCannotWork(t *testing.T) {
	root := privateRoot()
	for says, fetch := range map[string][]string{
		"expired on":             serverWith(t, root, host, -5),
		`is not for "` + host:    serverWith(t, root, "other.example.com", 60),
		"is not valid before 20": serverWith(t, trusttest.SelfSigned(trusttest.Template{CommonName: "Next", CA: true, NotBefore: fixturesNow.AddDate(0, 1, 0), NotAfter: fixturesNow.AddDate(1, 0, 0)}), host, 60),
	} {
		path := filepath.Join(t.TempDir(), "gitlab.crt")
		for _, more := range [][]string{nil, {"--save", path}, {"-o", "json"}} {
			stdout, stderr, code := call(t, "", nil, append(fetch, more...)...)
			_, err := os.Stat(path)
			var failed errorJSON // in the place of the result
			if len(more) > 0 && more[0] == "-o" && json.Unmarshal([]byte(stdout), &failed) == nil && strings.Contains(failed.Error.Message, says) && failed.Error.Code != advice.CodeCommand {
				stdout = ""
			}
			if code != exitError || stdout != "" || err == nil || !strings.Contains(stderr, "nothing is written without --force: ") || !strings.Contains(stderr, says) {
				t.Errorf("%q: exit code %d, %v, %s%s", more, code, err, stdout, stderr)
			}
		}
		if stdout, stderr, code := call(t, "", nil, append(fetch, "--force")...); code != exitDone || strings.Count(stdout, "BEGIN") != 1 {
			t.Errorf("--force: exit code %d, %s%s", code, stdout, stderr)
		}
		if _, stderr, code := call(t, "", nil, append(fetch, "--force", "--save", path)...); code != exitDone || strings.Count(readFile(t, path), "BEGIN") != 1 {
			t.Errorf("--force --save: exit code %d, %s", code, stderr)
		}
		var result fetchResult
		stdout, _, _ := call(t, "", nil, append(fetch, "--force", "-o", "json")...)
		if err := json.Unmarshal([]byte(stdout), &result); err != nil || result.Fault == nil || !strings.Contains(result.Fault.Message, says) {
			t.Errorf("--force -o json: %v, %s", err, stdout)
		}
	}
}

// TestFetchAtRotation tells what changes, and of a CA that has the name of the old one.
func TestFetchAtRotation(t *testing.T) {
	old, fresh := privateRoot(), privateRoot()
	path := filepath.Join(t.TempDir(), "gitlab%s.crt")
	save := append(serverWith(t, fresh, host, 60), "--save", path)
	differs := []string{path + " differs:\n  - CN=Private Root, valid ", "\n  + CN=Private Root, valid ", "has another key than the CA of this name"}
	for _, step := range []struct {
		name, old string
		force     bool
		code      int
		says      []string
		silent    string
	}{
		{"no file", "", false, exitDone, []string{"wrote 1 certificate to " + path}, "differs"},
		{"the same", string(trusttest.PEM(fresh.Certificate)), false, exitDone, []string{path + " has these certificates already"}, "differs"},
		{"another CA", string(trusttest.PEM(old.Certificate)), false, exitError, append(differs, "is there already, with other content"), "wrote"},
		{"another CA, forced", string(trusttest.PEM(old.Certificate)), true, exitDone, append(differs, "wrote 1 certificate to "), "already"},
		{"one more", string(trusttest.PEM(fresh.Certificate, old.Certificate)), true, exitDone, []string{"  - CN=Private Root", "  = CN=Private Root"}, "another key"},
		{"something else", "no certificate", true, exitDone, []string{path + " holds something else: "}, "differs"},
	} {
		t.Run(step.name, func(t *testing.T) {
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			if step.old != "" {
				if err := os.WriteFile(path, []byte(step.old), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			args := save
			if step.force {
				args = append(args, "--force")
			}
			_, stderr, code := call(t, "", nil, args...)
			if code != step.code || strings.Contains(stderr, step.silent) {
				t.Errorf("exit code %d, %s", code, stderr)
			}
			for _, says := range step.says {
				if !strings.Contains(stderr, says) {
					t.Errorf("%q is not said: %s", says, stderr)
				}
			}
		})
	}
}

// TestFirstContact shows the SHA-256 to compare as the command that it names prints it: that of the
// server's certificate in DER, before those of its CAs.
func TestFirstContact(t *testing.T) {
	root := privateRoot()
	leaf := root.Issue(trusttest.Template{DNSNames: []string{host}, NotBefore: fixturesNow.Add(-time.Hour), NotAfter: fixturesNow.AddDate(1, 0, 0)})
	server := trusttest.StartTLS("127.0.0.1:0", nil, leaf, root.Certificate)
	t.Cleanup(server.Close)
	_, stderr, code := call(t, "", nil, "fetch", host, "--connect", server.Addr)
	if code != exitDone || !strings.Contains(stderr, "first SHA-256") || !strings.Contains(stderr, "openssl x509 -in FILE -outform DER | sha256sum;") {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	first := strings.Index(stderr, fmt.Sprintf("%x", sha256.Sum256(leaf.Certificate.Raw)))
	if other := strings.Index(stderr, fmt.Sprintf("%x", sha256.Sum256(root.Certificate.Raw))); first < 0 || other < first {
		t.Errorf("at %d and %d of %s", first, other, stderr)
	}
}

// TestThousandsOfNames holds that a certificate's names are cut to a line in every report.
func TestThousandsOfNames(t *testing.T) {
	names := []string{host}
	for i := range 3999 {
		names = append(names, fmt.Sprintf("host-%d.example.com", i))
	}
	root := privateRoot()
	leaf := root.Issue(trusttest.Template{DNSNames: names, NotBefore: fixturesNow.Add(-time.Hour), NotAfter: fixturesNow.AddDate(1, 0, 0)})
	server := trusttest.StartTLS("127.0.0.1:0", nil, leaf)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "gitlab.crt")
	if err := os.WriteFile(file, trusttest.PEM(leaf.Certificate), 0o600); err != nil {
		t.Fatal(err)
	}
	patched, _, _ := call(t, fixtures.Input(t, "accept/current"), nil, "--cert="+file)
	for _, test := range []struct {
		args  []string
		stdin string
	}{
		{args: []string{"fetch", host, "--connect", server.Addr}},
		{args: []string{"fetch", "other.example.com", "--connect", server.Addr}},
		{args: []string{"verify", host, "--connect", server.Addr, "--cert=" + file}},
		{args: []string{"verify", "other.example.com", "--connect", server.Addr}},
		{args: []string{"--cert=other.example.com=" + file}, stdin: fixtures.Input(t, "accept/current")},
		{args: []string{"verify"}, stdin: patched},
		{args: []string{"verify", "--online", "--connect", server.Addr}, stdin: patched},
	} {
		stdout, stderr, _ := call(t, test.stdin, nil, test.args...)
		if strings.HasPrefix(stdout, "-----BEGIN") {
			stdout = ""
		}
		if text := stdout + stderr; len(text) > 4000 || strings.Contains(text, "host-100.") || text == "" {
			t.Errorf("%q: %d bytes: %.3000s", test.args, len(text), text)
		}
	}
}

// TestFetchVerdict holds the first line of the report.
func TestFetchVerdict(t *testing.T) {
	root := privateRoot()
	leaf := func(from, to time.Time) *trusttest.Identity {
		return root.Issue(trusttest.Template{DNSNames: []string{host}, NotBefore: from, NotAfter: to})
	}
	valid := leaf(fixturesNow.Add(-time.Hour), fixturesNow.AddDate(1, 0, 0))
	for name, test := range map[string]struct {
		server *trusttest.Server
		want   string
	}{
		"whole chain": {trusttest.StartTLS("127.0.0.1:0", nil, valid, root.Certificate), "usable: the runner will connect; git in jobs too\n"},
		"leaf alone":  {trusttest.StartTLS("127.0.0.1:0", nil, valid), "usable: the runner will connect; git in jobs "},
		"expired":     {trusttest.StartTLS("127.0.0.1:0", nil, leaf(fixturesNow.AddDate(-1, 0, 0), fixturesNow.Add(-time.Hour)), root.Certificate), "not usable: certificate "},
	} {
		t.Cleanup(test.server.Close)
		if _, stderr, _ := call(t, "", nil, "fetch", host, "--connect", test.server.Addr); !strings.HasPrefix(stderr, test.want) {
			t.Errorf("%s: %s", name, stderr)
		}
	}
}
