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
four CAs. Most have something odd: dates, keys, key usages, name constraints, path lengths, names,
key identifiers, cross-signed or renewed CAs, or CAs with the same name. A real TLS server sends part
of it, a file holds part of it, and two real clients try to connect: git with GnuTLS and curl with
OpenSSL. Ordinary hierarchies have nothing odd, and are sent and saved as people usually do.

The verdict must be **ok** only if both connect, **failed** only if neither does, and **unknown** if they
differ or the rule is not known. For an ordinary hierarchy, the rule is always known. Its unknowns are
those where the two clients differ, or would if two names did not happen to have the same hash in
GnuTLS, which occurs about once in a hundred times.
` + "`make matrix-check`" + ` tries 300 new hierarchies. ` + "`make hierarchies`" + ` wrote this file, and
fails if a single verdict is wrong.

`

func record(t *testing.T, all []encounter) {
	t.Helper()
	text := fmt.Sprintf("%s%s\nMade with `-seed %d -hierarchies %d`. %s%s\n",
		recordHead, confusion(all), *seed, len(all), versions, clientVersions(t))
	if err := os.WriteFile(recordFile, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
