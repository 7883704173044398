package matrix

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
four CAs. Most have something odd: dates, keys, signatures, key usages, name constraints, path
lengths, names, key identifiers, policies, old versions, rare extensions, cross-signed or renewed
CAs, CAs with the same name, or with one that differs in its string type only. A real TLS server
sends part of it, a file holds part of it, sometimes beside what is no certificate, and two real
clients try to connect: git with GnuTLS and curl with OpenSSL. Ordinary hierarchies have nothing odd,
and are sent and saved as people usually do.

The verdict must be **ok** only if both connect, and **failed** only if neither does. It is **unknown**
wherever something is not plain. Of ordinary hierarchies, it may be unknown only because git with
GnuTLS wants the last certificate that the server sends, or its issuer, in the file. (Where neither is
there, both connect once in a hundred times: two names happen to have the same hash in GnuTLS.)
` + "`make matrix-check`" + ` tries 300 new hierarchies. ` + "`make hierarchies`" + ` wrote this file, and
fails if a single verdict is wrong.

`

func record(t *testing.T, all []encounter) {
	t.Helper()
	text := fmt.Sprintf("%s%s\n%s\nMade with `-seed %d -hierarchies %d`. %s%s\n",
		recordHead, confusion(all), reasons(all), *seed, len(all), versions, clientVersions(t))
	if err := os.WriteFile(recordFile, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// reasons is a table of why verdicts were unknown, most frequent first.
func reasons(all []encounter) string {
	particular := regexp.MustCompile(`"(?:[^"\\]|\\.)*"|serial number \d+|\b\d+(?:\.\d+){3,}|\bis not acceptable: .*|\d+ bits|\bis not valid before .*|\bexpired on .*`)
	counts, unknown := map[string]int{}, 0
	for _, e := range all {
		if e.verdict.Status == trust.StatusUnknown {
			unknown++
			reason := strings.TrimPrefix(e.verdict.Finding.Message, "git may not connect: ")
			counts[particular.ReplaceAllStringFunc(reason, general)]++
		}
	}
	sorted := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	var table strings.Builder
	fmt.Fprintf(&table, "%d of %d are unknown (%d %%), because:\n\n| reason | times |\n|---|--:|\n", unknown, len(all), 100*unknown/len(all))
	for _, reason := range sorted {
		fmt.Fprintf(&table, "| %s | %d |\n", reason, counts[reason])
	}
	return table.String()
}

// general leaves out what is particular to one certificate.
func general(text string) string {
	for _, kept := range []string{"is not valid", "is not acceptable to Go", "expired"} {
		if strings.HasPrefix(text, strings.TrimSuffix(kept, " to Go")) {
			return kept
		}
	}
	return "…"
}
