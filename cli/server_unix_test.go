//go:build unix

package cli

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"helm-runnertrust/cli/output"
	"helm-runnertrust/fixtures"
	"helm-runnertrust/trust/trusttest"
)

// newServer starts a GitLab with a private CA, valid at the fixtures' time.
func newServer(t *testing.T) (address string, root *trusttest.Identity) {
	t.Helper()
	from, until := fixturesNow.Add(-time.Hour), fixturesNow.AddDate(0, 0, 60)
	root = trusttest.SelfSigned(trusttest.Template{CommonName: "Private Root", CA: true, NotBefore: from, NotAfter: until})
	leaf := root.Issue(trusttest.Template{DNSNames: []string{host}, NotBefore: from, NotAfter: until})
	server := trusttest.StartTLS("127.0.0.1:0", nil, leaf, root.Certificate)
	t.Cleanup(server.Close)
	return server.Addr, root
}

// TestFetchAndVerify is the way of a user: fetch, patch, verify.
func TestFetchAndVerify(t *testing.T) {
	address, _ := newServer(t)
	saved := filepath.Join(t.TempDir(), "gitlab.crt")
	stdout, stderr, code := call(t, "", nil, "fetch", host, "--connect", address, "--save", saved)
	if code != exitDone || stdout != "" {
		t.Fatalf("fetch: exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	for _, want := range []string{"sends 2 certificates", "CN=Private Root", "a private CA", "this first contact is unverified", "the file gets the CAs only", "wrote 1 certificate to "} {
		if !strings.Contains(stderr, want) {
			t.Errorf("fetch does not say %q: %s", want, stderr)
		}
	}
	if _, stderr, code = call(t, "", nil, "verify", "https://"+host, "--connect", address); code != exitError || !strings.Contains(stderr, "would not work") {
		t.Errorf("verify without the file: exit code %d, %q", code, stderr)
	}
	stdout, stderr, code = call(t, "", nil, "verify", "https://"+host, "--connect", address, "--cert", saved)
	if code != exitDone || strings.Count(stdout, "trusted through") != 2 {
		t.Errorf("verify: exit code %d, %s%s", code, stdout, stderr)
	}
	if stdout, stderr, code = call(t, "", nil, "verify", host, "--connect", address, "--cert", saved, "--expires-within", "61d"); code != exitError || !strings.Contains(stderr, "it will have stopped working by 2026-08-01 00:00 UTC: ") ||
		!strings.Contains(stdout, "runner: it will have stopped working by ") || strings.Contains(stdout, "warning") {
		t.Errorf("verify --expires-within: exit code %d, %s%s", code, stdout, stderr)
	}
	patched, _, _ := call(t, fixtures.Input(t, "accept/current"), nil, "--cert", saved)
	stdout, stderr, code = call(t, patched, nil, "verify", "--online", "--connect", address)
	if code != exitDone || !strings.Contains(stdout, "git in jobs: trusted through") {
		t.Errorf("verify --online: exit code %d, %s%s", code, stdout, stderr)
	}
}

// TestVerifyOnlineFails is a runner whose file is fine and not the server's.
func TestVerifyOnlineFails(t *testing.T) {
	address, _ := newServer(t)
	for name, stream := range map[string]string{
		"another CA": fixtures.Output(t, "accept/current"),
		"no file":    fixtures.Input(t, "accept/current"),
	} {
		t.Run(name, func(t *testing.T) {
			if stdout, stderr, code := call(t, stream, nil, "verify", "--allow-unknown"); code != exitDone {
				t.Fatalf("offline: exit code %d, %s%s", code, stdout, stderr)
			}
			stdout, stderr, code := call(t, stream, nil, "verify", "--online", "--connect", address, "-o", "json")
			var result auditResult
			if err := json.Unmarshal([]byte(stdout), &result); err != nil {
				t.Fatal(err)
			}
			if code != exitError || result.OK || len(result.Runners) != 1 || result.Runners[0].Status != "failed" || result.Runners[0].Clients[1].Dialed != address {
				t.Errorf("exit code %d, %s%s", code, stdout, stderr)
			}
			finding := result.Runners[0].Finding
			if finding.Code != "unknown-authority" || !strings.HasSuffix(finding.Hint, "fetch "+host+" --connect "+address+" --save FILE") {
				t.Errorf("finding %+v", finding)
			}
		})
	}
}

// TestProjectURL takes the URL of a project for its host, in both commands that ask a server.
func TestProjectURL(t *testing.T) {
	address, root := newServer(t)
	file := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(file, trusttest.PEM(root.Certificate), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{"https://" + host + "/group/project.git", host + "/group/project.git"} {
		for _, args := range [][]string{{"fetch", url}, {"verify", url, "--cert", file}} {
			stdout, stderr, code := call(t, "", nil, append(args, "--connect", address)...)
			if code != exitDone || stdout == "" {
				t.Errorf("%q: exit code %d, %s%s", args, code, stdout, stderr)
			}
		}
	}
	if stdout, stderr, code := call(t, "", nil, "fetch", "http://"+host+"/group"); code != exitError || stdout != "" || !strings.Contains(stderr, "not an https URL") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// TestTablesFit holds that no table takes more than 100 columns, whatever names there are.
func TestTablesFit(t *testing.T) {
	from, until := fixturesNow.Add(-time.Hour), fixturesNow.AddDate(0, 0, 60)
	root := trusttest.SelfSigned(trusttest.Template{CommonName: "The Root of a Company with a Long Name", CA: true, NotBefore: from, NotAfter: until})
	names := []string{host}
	for i := range 20 {
		names = append(names, fmt.Sprintf("registry-%d.gitlab.example.com", i))
	}
	server := trusttest.StartTLS("127.0.0.1:0", nil, root.Issue(trusttest.Template{DNSNames: names, NotBefore: from, NotAfter: until}), root.Certificate)
	t.Cleanup(server.Close)
	_, fetched, code := call(t, "", nil, "fetch", host, "--connect", server.Addr)
	if code != exitDone || !strings.Contains(fetched, "\nSHA-256 ") || !strings.Contains(fetched, "and 18 more") {
		t.Errorf("exit code %d, %s", code, fetched)
	}
	audited, _, _ := call(t, fixtures.Output(t, "accept/two-runners"), nil, "verify")
	fetched, _, _ = strings.Cut(fetched, "a private CA")
	audited, _, _ = strings.Cut(audited, "\n\n") // the rest are sentences
	for _, report := range []string{fetched, audited} {
		for line := range strings.Lines(report) {
			if len(line) > maxWidth+1 {
				t.Errorf("%d columns: %s", len(line)-1, line)
			}
		}
	}
}

func TestFetchJSON(t *testing.T) {
	address, root := newServer(t)
	stdout, stderr, code := call(t, "", nil, "fetch", host, "--connect", address, "-o", "json")
	if code != exitDone || stderr != "" {
		t.Fatalf("exit code %d, stderr %q", code, stderr)
	}
	var result fetchResult
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatal(err)
	}
	if len(result.Chain) != 2 || result.Fingerprint || !strings.HasSuffix(result.PEM, string(trusttest.PEM(root.Certificate))) {
		t.Errorf("got %+v", result)
	}
	pin := result.Chain[1].Fingerprint
	if stdout, _, code = call(t, "", nil, "fetch", host, "--connect", address, "--fingerprint", pin); code != exitDone || stdout != result.PEM {
		t.Errorf("with the root's fingerprint: exit code %d, %q", code, stdout)
	}
	wrong := "sha256:" + strings.Repeat("00", 32)
	if stdout, stderr, code = call(t, "", nil, "fetch", host, "--connect", address, "--fingerprint", wrong); code != exitError || stdout != "" || !strings.Contains(stderr, wrong) {
		t.Errorf("with a wrong fingerprint: exit code %d, %q, %q", code, stdout, stderr)
	}
}

// TestSave keeps a file that has other content, unless told otherwise.
func TestSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gitlab.crt")
	for _, step := range []struct {
		content string
		force   bool
		left    string
	}{
		{"one", false, "one"},
		{"one", false, "one"},
		{"two", false, "one"},
		{"two", true, "two"},
	} {
		_, err := output.Save(path, []byte(step.content), step.force)
		if failed := err != nil; failed != (step.left != step.content) {
			t.Errorf("save %q: %v", step.content, err)
		}
		if got := readFile(t, path); got != step.left {
			t.Errorf("%q is left, want %q", got, step.left)
		}
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files are left, %v", len(entries), err)
	}
	if _, err := output.Save(filepath.Join(path, "below-a-file"), nil, false); err == nil {
		t.Error("saved below a file")
	}
}

// TestSaveElsewhere follows a link, and refuses what is no file.
func TestSaveElsewhere(t *testing.T) {
	folder := t.TempDir()
	file, link, pipe := filepath.Join(folder, "file"), filepath.Join(folder, "link"), filepath.Join(folder, "pipe")
	if err := errors.Join(os.WriteFile(file, []byte("old"), 0o600), os.Symlink("file", link), syscall.Mkfifo(pipe, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := output.Save(link, []byte("new"), true); err != nil {
		t.Fatal(err)
	}
	if about, err := os.Lstat(link); err != nil || about.Mode().IsRegular() || readFile(t, file) != "new" {
		t.Errorf("the link is %v, %v; the file has %q", about.Mode(), err, readFile(t, file))
	}
	nowhere := filepath.Join(folder, "nowhere")
	if err := os.Symlink("missing", nowhere); err != nil {
		t.Fatal(err)
	}
	if _, err := output.Save(nowhere, []byte("new"), true); err == nil || !strings.Contains(err.Error(), "nowhere is a link to missing, which is not there") {
		t.Errorf("a link to nothing: %v", err)
	}
	for _, path := range []string{pipe, folder, "/dev/null"} {
		if _, err := output.Save(path, []byte("new"), true); err == nil || !strings.Contains(err.Error(), "not a file") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestExpiresWithin looks at the file: here the CA ends before the server's certificate.
func TestExpiresWithin(t *testing.T) {
	from := fixturesNow.Add(-time.Hour)
	root := trusttest.SelfSigned(trusttest.Template{CommonName: "Private Root", CA: true, NotBefore: from, NotAfter: fixturesNow.AddDate(0, 0, 5)})
	leaf := root.Issue(trusttest.Template{DNSNames: []string{host}, NotBefore: from, NotAfter: fixturesNow.AddDate(3, 0, 0)})
	server := trusttest.StartTLS("127.0.0.1:0", nil, leaf)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(file, trusttest.PEM(root.Certificate), 0o600); err != nil {
		t.Fatal(err)
	}
	patched, _, _ := call(t, fixtures.Input(t, "accept/current"), nil, "--cert", file)
	for within, want := range map[string]int{"4d": exitDone, "6d": exitError} {
		if _, stderr, code := call(t, "", nil, "verify", host, "--connect", server.Addr, "--cert", file, "--expires-within", within); code != want {
			t.Errorf("URL, %s: exit code %d, %s", within, code, stderr)
		}
		if _, stderr, code := call(t, patched, nil, "verify", "--online", "--connect", server.Addr, "--expires-within", within); code != want {
			t.Errorf("manifests, %s: exit code %d, %s", within, code, stderr)
		}
	}
}

// TestReportIsQuoted is a server that tries to write into the report.
func TestReportIsQuoted(t *testing.T) {
	from, until := fixturesNow.Add(-time.Hour), fixturesNow.AddDate(0, 0, 60)
	leaf := trusttest.SelfSigned(trusttest.Template{CommonName: "x\n\x1b[32mtrusted", DNSNames: []string{host}, NotBefore: from, NotAfter: until})
	server := trusttest.StartTLS("127.0.0.1:0", nil, leaf)
	t.Cleanup(server.Close)
	_, stderr, code := call(t, "", nil, "fetch", host, "--connect", server.Addr)
	if code != exitDone || strings.Contains(stderr, "\x1b") || !strings.Contains(stderr, `x\n\x1b[32mtrusted`) {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// TestExpiresWithinRenewed passes a file that outlives the server's certificate, and warns of that.
func TestExpiresWithinRenewed(t *testing.T) {
	root := privateRoot()
	template := trusttest.Template{DNSNames: []string{host}, NotBefore: fixturesNow.Add(-time.Hour), NotAfter: fixturesNow.AddDate(0, 0, 9)}
	leaf := root.Issue(template)
	server := trusttest.StartTLS("127.0.0.1:0", nil, leaf)
	t.Cleanup(server.Close)
	for name, want := range map[string]struct {
		certs []*x509.Certificate
		code  int
		says  string
	}{
		"CA":       {[]*x509.Certificate{root.Certificate}, exitDone, "warning: the server's own certificate \"" + host + "\" expires on 2026-06-10"},
		"and leaf": {[]*x509.Certificate{leaf.Certificate, root.Certificate}, exitDone, "expires on 2026-06-10"},
		"the leaf": {[]*x509.Certificate{leaf.Certificate}, exitError, "it will have stopped working by 2026-07-01"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "gitlab.crt")
			if err := os.WriteFile(file, trusttest.PEM(want.certs...), 0o600); err != nil {
				t.Fatal(err)
			}
			patched, _, _ := call(t, fixtures.Input(t, "accept/current"), nil, "--cert", file)
			for _, args := range [][]string{{"verify", host, "--cert", file, "--connect", server.Addr}, {"verify", "--online", "--connect", server.Addr}, {"verify"}} {
				stdout, stderr, code := call(t, patched, nil, append(args, "--expires-within", "30d")...)
				if code != want.code || len(args) > 1 && !strings.Contains(stdout+stderr, want.says) {
					t.Errorf("%q: exit code %d, %s%s", args, code, stdout, stderr)
				}
			}
		})
	}
}
