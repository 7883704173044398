package matrix

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
	"helm-runnertrust/trust/trusttest"
	"helm-runnertrust/trust/trusttest/golden"
)

// TestMatrix visits every server: with fetch, and with verify and three real
// clients that use the file which fetch wrote. Where there is none, because
// fetch fails, they use the CA's certificate as an administrator would hand it
// out, so that a missing file is not the reason of their failure.
func TestMatrix(t *testing.T) {
	list, stop := trusttest.Scenarios(time.Now())
	t.Cleanup(stop)
	if len(list) == 0 {
		t.Fatal("no servers")
	}
	names := map[string]bool{}
	rows := make([]row, len(list))
	t.Run("servers", func(t *testing.T) {
		for i, s := range list {
			names[s.Name] = true
			t.Run(s.Name, func(t *testing.T) {
				t.Parallel()
				rows[i] = meet(t, newVisit(t, s))
			})
		}
	})
	noLeftovers(t, names)
	checkTable(t, rows)
}

// meet visits one server and holds what is said against what happens.
func meet(t *testing.T, v visit) row {
	fetched := v.fetch(t)
	file := v.path("saved/gitlab.crt")
	switch {
	case fetched.written != nil:
	case v.Root != nil:
		file = v.path("root.crt")
		writeFile(t, file, trusttest.PEM(v.Root))
	default:
		file = ""
	}
	verified := v.verify(t, file)
	golden.Compare(t, filepath.Join(goldenDir, v.Name+".txt"), fetched.transcript+"\n"+verified.transcript)

	var content []byte
	if file != "" {
		content = readFile(t, file)
	}
	clients := clients{runner: v.runner(content), git: v.git(t, file), curl: v.curl(t, file)}
	agree(t, verified.verifyJSON, clients)
	forewarned(t, fetched, verified.verifyJSON)
	return row{scenario: v.Scenario, fetched: fetched, verified: verified.verifyJSON, clients: clients}
}

// clients are the errors of the three real clients; nil: it connected.
type clients struct{ runner, git, curl error }

// agree holds the verdicts of verify against the clients.
//
// What it says of git is ok if both git and curl connect, which stand for the
// TLS libraries that git is built with, failed if neither does, and unknown if
// they differ, or if something about the certificates is not plain, which
// docs/MATRIX.md shows. One verdict is not theirs: a server that speaks no TLS 1.2 is lost
// to the runner, so that no job ever starts, while git on GnuTLS would still
// speak TLS 1.1 with it.
func agree(t *testing.T, verified verifyJSON, c clients) {
	t.Helper()
	if (c.runner == nil) != verified.Runner.OK {
		t.Errorf("the runner: %v, but verify says %+v", c.runner, verified.Runner)
	}
	happened := map[bool]trust.Status{true: trust.StatusOK, false: trust.StatusFailed}[c.git == nil]
	if (c.git == nil) != (c.curl == nil) {
		happened = trust.StatusUnknown
	}
	code := verified.Git.Finding.Code
	notPlain := verified.Git.Status == string(trust.StatusUnknown) && code == string(trust.CodeUndecided)
	if verified.Git.Status != string(happened) && !notPlain && code != string(probe.CodeProtocolTooOld) {
		t.Errorf("git: %v\ncurl: %v\nbut verify says %+v", c.git, c.curl, verified.Git)
	}
	for _, verdict := range []verdictJSON{verified.Runner, verified.Git} {
		finding := verdict.Finding
		if finding.Code == "" || finding.Message == "" || verdict.OK != (finding.Code == string(trust.CodeTrusted)) ||
			verdict.OK != (verdict.Status == string(trust.StatusOK)) {
			t.Errorf("the verdict says nothing: %+v", verdict)
		}
		if !verdict.OK && finding.Hint == "" {
			t.Errorf("no hint: %+v", verdict)
		}
	}
}

// forewarned fails the test unless whatever verify says against the written
// file was said by fetch, when the file was written.
func forewarned(t *testing.T, fetched fetching, verified verifyJSON) {
	t.Helper()
	said := map[string]bool{}
	for _, code := range fetched.codes() {
		said[code] = true
	}
	for _, verdict := range []verdictJSON{verified.Runner, verified.Git} {
		code, message := verdict.Finding.Code, verdict.Finding.Message
		switch {
		case verdict.OK, fetched.written == nil && verdict.Status == string(trust.StatusUnknown):
		case fetched.written == nil && !strings.Contains(fetched.stderr, message):
			t.Errorf("fetch fails with %q, verify with %q", fetched.stderr, message)
		case fetched.written != nil && !said[code]:
			t.Errorf("fetch wrote the file and said %q, verify says %s: %s", fetched.codes(), code, message)
		}
	}
}
