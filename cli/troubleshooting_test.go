package cli

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest/golden"
)

// TestTroubleshooting holds docs/TROUBLESHOOTING.md: every code is in it, with words of its
// messages, and what to do is what the program says. -update writes the latter.
func TestTroubleshooting(t *testing.T) {
	path := filepath.Join(docsDir, "TROUBLESHOOTING.md")
	said := messagesByCode(t)
	named := map[trust.Code]bool{}
	var commandWords []string
	var page strings.Builder
	for line := range strings.Lines(readFile(t, path)) {
		cells := tableRow(line)
		if len(cells) != 4 || len(code(cells[3])) != 1 {
			page.WriteString(line)
			continue
		}
		about := trust.Code(code(cells[3])[0])
		named[about] = true
		if len(code(cells[0])) == 0 {
			t.Errorf("%s: no words of a message", about)
		}
		for _, words := range code(cells[0]) {
			if !saidBy(said[about], words) {
				t.Errorf("%s: no message has the words %q", about, words)
			}
		}
		if about == codeCommand {
			commandWords = append(commandWords, code(cells[0])...)
		} else {
			cells[2] = asTyped(advice(about))
		}
		page.WriteString(markdownRow(cells))
	}
	for about := range said {
		if !named[about] {
			t.Errorf("no row has the code %q: add | `words` | why | | `%s` |", about, about)
		}
		delete(named, about)
	}
	for about := range named {
		t.Errorf("the page has the code %q, which no package has", about)
	}
	for _, own := range ownMessages(t) {
		if !slices.ContainsFunc(commandWords, func(words string) bool { return saidBy([]string{own.text}, words) }) {
			t.Errorf("%s: no row has words of %q: add | `words` | why | what to do | `%s` |", own.place, own.text, codeCommand)
		}
	}
	golden.Compare(t, path, page.String())
}

// advice are the hints of a code, each once.
func advice(about trust.Code) string {
	var all []string
	for _, on := range []occasion{ofFiles, ofManifests, ofFetch, ofVerdict} {
		if said := hintFor(about, topic{occasion: on}); said != "" && !slices.Contains(all, said) {
			all = append(all, said)
		}
	}
	return strings.Join(all, "; or: ")
}

var (
	typedCommand = regexp.MustCompile(`(\b(?:helm runnertrust|helm show|openssl|base64|iconv|keytool|awk|printf|GIT_SSL_CAINFO=FILE) .*?|https?://[\w/.:@=-]*)(; |, or |, then| tells |$)`)
	typedOption  = regexp.MustCompile(`(^|[ :])(--[a-z][a-z-]*(?:=[\w/.:=-]*\w)?(?: [A-Z]+\b)?)`)
)

// asTyped has the commands and flags of a text in backticks, and nothing else is another.
func asTyped(text string) string {
	parts := strings.Split(typedCommand.ReplaceAllString(text, "`$1`$2"), "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = typedOption.ReplaceAllString(parts[i], "$1`$2`")
	}
	return strings.Join(parts, "`")
}

// saidBy reports whether one of the messages has these words, where … stands for anything.
func saidBy(messages []string, words string) bool {
	return slices.ContainsFunc(messages, func(message string) bool {
		for part := range strings.SplitSeq(words, "…") {
			_, rest, found := strings.Cut(message, strings.TrimSpace(part))
			if !found {
				return false
			}
			message = rest
		}
		return true
	})
}

// TestSaidIsNotHinted holds that a code is given neither the hints' words nor another code's.
func TestSaidIsNotHinted(t *testing.T) {
	said := messagesByCode(t)
	if words := "it is immutable, so …"; !saidBy(said[manifest.BadTemplate], words) || saidBy(said[manifest.NoRunner], words) {
		t.Errorf("%q is not said with %s alone", words, manifest.BadTemplate)
	}
	if words := advice(manifest.BadTemplate); saidBy(said[manifest.BadTemplate], words) || saidBy(said[manifest.NoRunner], words) {
		t.Errorf("%q is a hint, not a message", words)
	}
}

// TestAsTyped changes nothing of a hint but its quotes.
func TestAsTyped(t *testing.T) {
	for about := range hints() {
		hint := advice(about)
		if typed := asTyped(hint); strings.ReplaceAll(typed, "`", "") != hint || strings.Contains(typed, "``") {
			t.Errorf("%s: %s", about, typed)
		}
	}
	const hint = "--online tells; pass --cert=FILE: helm runnertrust fetch HOST --save FILE; or --from-secret=HOST=NAME, --from-ingress"
	const want = "`--online` tells; pass `--cert=FILE`: `helm runnertrust fetch HOST --save FILE`; or `--from-secret=HOST=NAME`, `--from-ingress`"
	if got := asTyped(hint); got != want {
		t.Errorf("got %s", got)
	}
}
