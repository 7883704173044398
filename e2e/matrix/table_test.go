package matrix

import (
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/trust/trusttest"
)

// tableFile is where the table is kept.
var tableFile = filepath.Join("..", "..", "docs", "MATRIX.md")

const tableHead = `# Servers and clients

Each row is one real TLS server on loopback, tried with the program and three real
clients. A CA of the run stands for Mozilla's list. ` + "`make matrix`" + ` runs them and writes
this file; ` + "`make matrix-check`" + ` fails if a run gives another table.

- **server**: its name in ` + "`trust/trusttest`" + `, and what is special about it.
- **sends**: the certificates in its handshake, in order.
- **fetch writes**: the certificates that ` + "`helm runnertrust fetch URL --save FILE`" + ` saves.
- **diagnosis**: the codes that fetch reports, most urgent first.
- **runner**: an HTTPS request of a Go program that trusts the public CAs and that file,
  as the runner does.
- **git**: ` + "`git ls-remote`" + ` with that file as GIT_SSL_CAINFO. **curl**: ` + "`curl --cacert FILE`" + `.
- **verify**: what ` + "`helm runnertrust verify URL --cert=FILE`" + ` predicts for the
  runner and for git; a code says why one of them fails. ok for git means that both
  git (with GnuTLS here) and curl (with OpenSSL) connect, since a job's git may be built
  with either; if the two differ, it is unknown.

If fetch writes nothing, the clients get the CA's certificate instead, if there is one,
so they do not fail for lack of a file.

| server | sends | fetch writes | diagnosis | runner | git | curl | verify |
|---|---|---|---|---|---|---|---|
`

// tableFoot explains the one cell in which a client and its verdict differ.
const tableFoot = `
The runner cannot connect to a server that speaks only TLS 1.1 or older, so no job starts.
Git alone may connect to it: that depends on its TLS library.

`

// versions begins the closing line, which says what the clients were. It is the
// only part of the table that may differ from machine to machine.
const versions = "The clients were "

// row is what came of one server.
type row struct {
	scenario trusttest.Scenario
	fetched  fetching
	verified verifyJSON
	clients  clients
}

func (r row) String() string {
	diagnosis := r.fetched.codes()
	if r.fetched.written == nil {
		diagnosis = []string{r.verified.Runner.Finding.Code}
	}
	return "| " + strings.Join([]string{
		"`" + r.scenario.Name + "`: " + r.scenario.About,
		shortNames(r.scenario.Sends), shortNames(r.fetched.written), strings.Join(diagnosis, ", "),
		word(r.clients.runner == nil), word(r.clients.git == nil), word(r.clients.curl == nil),
		foretold(r.verified),
	}, " | ") + " |\n"
}

func shortNames(certs []*x509.Certificate) string {
	var names []string
	for _, c := range certs {
		names = append(names, strings.ReplaceAll(shortName(c), "*", `\*`))
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

func word(ok bool) string {
	if ok {
		return "ok"
	}
	return "**fails**"
}

// foretold is what verify says, in a word if it says the same of both.
func foretold(v verifyJSON) string {
	of := func(verdict verdictJSON) string {
		switch verdict.Status {
		case "ok":
			return "ok"
		case "unknown":
			return "unknown (" + verdict.Finding.Code + ")"
		}
		return verdict.Finding.Code
	}
	runner, git := of(v.Runner), of(v.Git)
	if runner == git {
		return runner
	}
	return "runner " + runner + ", git " + git
}

// checkTable compares the table of this run with the one that is kept, or
// writes it. A run of some servers only, by -run, has no table.
func checkTable(t *testing.T, rows []row) {
	t.Helper()
	if missing := slices.IndexFunc(rows, func(r row) bool { return r.scenario.Name == "" }); missing >= 0 {
		if *write {
			t.Error("no table without every server")
		}
		return
	}
	var table strings.Builder
	table.WriteString(tableHead)
	for _, r := range rows {
		table.WriteString(r.String())
	}
	table.WriteString(tableFoot + versions + clientVersions(t) + "\n")
	if *write {
		if err := os.MkdirAll(filepath.Dir(tableFile), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(tableFile, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept := string(readFile(t, tableFile))
	if withoutVersions(kept) != withoutVersions(table.String()) {
		t.Errorf("%s is not what this run gives (make matrix writes it):\n%s", tableFile, table.String())
	}
}

var versionLine = regexp.MustCompile(`(?m)^` + versions + `.*$`)

func withoutVersions(table string) string { return versionLine.ReplaceAllString(table, "") }

// clientVersions names the clients, and curl's TLS library.
func clientVersions(t *testing.T) string {
	t.Helper()
	env := isolated(t.TempDir())
	git := command{program: client(t, "git"), args: []string{"--version"}, env: env}.run(t)
	curl := command{program: client(t, "curl"), args: []string{"--version"}, env: env}.run(t)
	// curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1 OpenSSL/3.0.19 zlib/1.2.13 …
	words := strings.Fields(curl.stdout)
	if len(words) < 5 {
		t.Fatalf("curl --version: %q", curl.stdout)
	}
	return fmt.Sprintf("%s, curl %s with %s, and %s.", strings.TrimSpace(git.stdout), words[1], words[4], runtime.Version())
}
