package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest/golden"
)

// troubleshooting returns the lines of docs/TROUBLESHOOTING.md.
func troubleshooting(t *testing.T) []string {
	t.Helper()
	return strings.SplitAfter(readFile(t, filepath.Join(docsDir, "TROUBLESHOOTING.md")), "\n")
}

// allCodes returns every code, as the hints of package advice are recorded by.
func allCodes(t *testing.T) (all []trust.Code) {
	t.Helper()
	for line := range strings.Lines(readFile(t, filepath.Join("advice", "testdata", "hints.txt"))) {
		if !strings.HasPrefix(line, " ") {
			all = append(all, trust.Code(strings.TrimSpace(line)))
		}
	}
	return all
}

// TestTroubleshooting holds docs/TROUBLESHOOTING.md: each code has a row in it, which says what
// package advice does. -update writes the hints; the words of the messages and why it happens are the page's matter.
func TestTroubleshooting(t *testing.T) {
	rows := map[trust.Code]int{}
	var page strings.Builder
	for _, line := range troubleshooting(t) {
		if about, ok := rowCode(line); ok && about != advice.CodeCommand {
			rows[about]++
			cells := tableRow(line)
			cells[1] = strings.NewReplacer(`\<`, "<", `\*`, "*").Replace(cells[1])
			cells[2] = withCode(strings.Join(hints(about), "; or: "))
			if cells[0] == "" || cells[1]+cells[2] == "" {
				t.Errorf("the row of %q has no words of its message, or says neither why it happens nor what to do", about)
			}
			line = markdownRow(cells)
		}
		page.WriteString(line)
	}
	for _, about := range allCodes(t) {
		if rows[about] != 1 {
			t.Errorf("%d rows have the code %q: add | `WORDS` | WHY | | `%s` |, and run make docs", rows[about], about, about)
		}
		delete(rows, about)
	}
	for about := range rows {
		t.Errorf("the page has the code %q, which no package has", about)
	}
	golden.Compare(t, filepath.Join(docsDir, "TROUBLESHOOTING.md"), page.String())
}

// documentedWords returns the words of its messages that each code has in the page.
func documentedWords(t *testing.T) map[trust.Code][]string {
	t.Helper()
	words := map[trust.Code][]string{}
	for _, line := range troubleshooting(t) {
		if about, ok := rowCode(line); ok {
			words[about] = code(tableRow(line)[0])
		}
	}
	return words
}

// TestWords holds that the words in the page are those of a message: one that is recorded, or that the code of a
// package has.
func TestWords(t *testing.T) {
	recorded := textOf(t, ".txt", "../fixtures", "../trust", "../render", ".")
	source := textOf(t, ".go", "../trust", "../render", "../gitlabrunner", ".")
	for about, words := range documentedWords(t) {
		for _, part := range strings.Split(strings.Join(words, "…"), "…") {
			if about != advice.CodeCommand && !strings.Contains(recorded, part) && !strings.Contains(source, strings.TrimSpace(part)) {
				t.Errorf("%s: no message has %q", about, part)
			}
		}
	}
}

// textOf joins the files below folders whose names end so: recordings but for those of hints, or code without that
// of tests and of package advice.
func textOf(t *testing.T, extension string, folders ...string) string {
	t.Helper()
	var all strings.Builder
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err == nil && entry.Name() == "advice":
				return fs.SkipDir
			case err != nil || filepath.Ext(path) != extension || strings.HasSuffix(path, "_test.go"):
				return err
			}
			text, err := os.ReadFile(path)
			all.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if all.Len() < 10_000 {
		t.Fatalf("only %d bytes in files *%s", all.Len(), extension)
	}
	return all.String()
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
	for _, about := range allCodes(t) {
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
