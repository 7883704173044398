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

Every line is a real TLS server on loopback, the shipped program and three real
clients, in one run of ` + "`make matrix`" + `, which writes this file;
` + "`make matrix-check`" + ` fails when a run gives another table.

- **server**: its name in ` + "`trust/trusttest`" + `, and what is special about it.
- **sends**: the certificates of its handshake, in their order.
- **fetch writes**: the certificates in the file of ` + "`helm runnertrust fetch URL --save FILE`" + `.
- **diagnosis**: the codes of what fetch says, most pressing first.
- **runner**: an HTTPS request of a Go program with the system's certificates and
  that file, which is the runner's rule.
- **git**: ` + "`git ls-remote`" + ` with that file as GIT_SSL_CAINFO. **curl**: ` + "`curl --cacert FILE`" + `.
- **verify**: what ` + "`helm runnertrust verify URL --cert=FILE`" + ` foretells of the
  runner and of git; a code says why one of them fails. Its ok for git means git
  and curl both, as git is built with GnuTLS here and with OpenSSL there; where the
  two differ, it is unknown.

Where fetch writes nothing, the clients have the CA's certificate instead, if
there is one: a missing file is not the reason of their failure.

| server | sends | fetch writes | diagnosis | runner | git | curl | verify |
|---|---|---|---|---|---|---|---|
`

// tableFoot explains the one cell in which a client and its verdict differ.
const tableFoot = `
A server that speaks TLS 1.1 at most is lost to the runner, so no job starts. By
itself git may connect to it: that is up to its TLS library.

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
