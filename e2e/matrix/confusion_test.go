package matrix

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/trust"
)

func (e encounter) accepted() string {
	switch {
	case e.git == nil && e.curl == nil:
		return "both"
	case e.git == nil:
		return "git only"
	case e.curl == nil:
		return "curl only"
	}
	return "none"
}

// confusion is a table of what was foretold against what happened.
func confusion(all []encounter) string {
	type cell struct {
		ordinary bool
		accepted string
		foretold trust.Status
	}
	counts := map[cell]int{}
	for _, e := range all {
		counts[cell{false, e.accepted(), e.verdict.Status}]++
		if e.ordinary {
			counts[cell{true, e.accepted(), e.verdict.Status}]++
		}
	}
	statuses := []trust.Status{trust.StatusOK, trust.StatusFailed, trust.StatusUnknown}
	var table strings.Builder
	table.WriteString("| connects | ok | failed | unknown | ordinary: ok | ordinary: failed | ordinary: unknown |\n")
	table.WriteString("|---|--:|--:|--:|--:|--:|--:|\n")
	for _, accepted := range []string{"both", "git only", "curl only", "none"} {
		table.WriteString("| " + accepted + " |")
		for _, ordinary := range []bool{false, true} {
			for _, foretold := range statuses {
				fmt.Fprintf(&table, " %d |", counts[cell{ordinary, accepted, foretold}])
			}
		}
		table.WriteByte('\n')
	}
	return table.String()
}

// recordFile is where the table of one long run is kept.
var recordFile = filepath.Join("..", "..", "docs", "HIERARCHIES.md")

const recordHead = `# Random hierarchies

How often the verdict on git is right. Every hierarchy is a random server certificate with up to
four CAs, of which most have something odd: dates, keys, key usages, name constraints, path
lengths, names, key identifiers, cross-signed or renewed CAs, namesakes. A real TLS server sends a
part of it, a file holds a part of it, and two real clients connect: git with GnuTLS and curl with
OpenSSL. Ordinary ones have nothing odd, and are sent and filed as people do.

**ok** is foretold only where both connect, **failed** only where none does, **unknown** where they
differ or the rule is not known. Of an ordinary one the rule is always known: the two differ, or
would, had not two names the same hash in GnuTLS, which comes to pass once in a hundred times.
` + "`make matrix-check`" + ` goes through 300 new ones. ` + "`make hierarchies`" + ` wrote this file, and
fails for a single wrong word.

`

func record(t *testing.T, all []encounter) {
	t.Helper()
	text := fmt.Sprintf("%s%s\nMade with `-seed %d -hierarchies %d`. %s%s\n",
		recordHead, confusion(all), *seed, len(all), versions, clientVersions(t))
	if err := os.WriteFile(recordFile, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
