package cli

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest/golden"
)

// TestTroubleshooting holds docs/TROUBLESHOOTING.md: each code has a row in it, which says what
// package advice does. -update writes the rows; where they stand is the page's matter.
func TestTroubleshooting(t *testing.T) {
	path := filepath.Join(docsDir, "TROUBLESHOOTING.md")
	rows := map[trust.Code]int{}
	var page strings.Builder
	for line := range strings.Lines(readFile(t, path)) {
		about, ok := rowCode(line)
		entry, known := advice.Entries()[about]
		words := strings.Split(entry.Words, "|")
		switch {
		case !ok || about == advice.CodeCommand:
			page.WriteString(line)
			continue
		case !known:
			t.Errorf("the page has the code %q, which package advice does not have", about)
			continue
		}
		rows[about]++
		for i := range words {
			words[i] = asCode(words[i])
		}
		page.WriteString(markdownRow([]string{strings.Join(words, ", "), entry.Why, withCode(strings.Join(hints(about), "; or: ")), asCode(string(about))}))
	}
	for _, about := range slices.Sorted(maps.Keys(advice.Entries())) {
		if rows[about] != 1 {
			t.Errorf("%d rows have the code %q: add | | | | `%s` |, and run make docs", rows[about], about, about)
		}
	}
	golden.Compare(t, path, page.String())
}

// hints returns the hints of a code, of each check, each once.
func hints(about trust.Code) (all []string) {
	for check := range advice.OfHandshake + 1 {
		if text := (advice.Context{Check: check}).Of(trust.Finding{Code: about}).Hint; text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

var (
	commandInText = regexp.MustCompile(`(\b(?:helm runnertrust|helm show|helm get values|openssl|base64|iconv|kubectl|keytool|awk|printf|GIT_SSL_CAINFO=FILE) .*?|https?://[\w/.:@=-]*)(; |, or |, then| tells |$)`)
	flagInText    = regexp.MustCompile(`(^|[ :])(--[a-z][a-z-]*(?:=[\w/.:=-]*\w)?(?: [A-Z]+\b)?)`)
)

// withCode has the commands and flags of a text in backticks, and changes nothing else.
func withCode(text string) string {
	parts := strings.Split(commandInText.ReplaceAllString(text, "`$1`$2"), "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = flagInText.ReplaceAllString(parts[i], "$1`$2`")
	}
	return strings.Join(parts, "`")
}

func TestWithCode(t *testing.T) {
	for _, about := range slices.Sorted(maps.Keys(advice.Entries())) {
		for _, hint := range hints(about) {
			if text := withCode(hint); strings.ReplaceAll(text, "`", "") != hint || strings.Contains(text, "``") {
				t.Errorf("%s: %s", about, text)
			}
		}
	}
	const hint = "--online tells; pass --cert=FILE: helm runnertrust fetch HOST --save FILE; or --from-secret=HOST=NAME, --from-ingress"
	const want = "`--online` tells; pass `--cert=FILE`: `helm runnertrust fetch HOST --save FILE`; or `--from-secret=HOST=NAME`, `--from-ingress`"
	if got := withCode(hint); got != want {
		t.Errorf("got %s", got)
	}
}
