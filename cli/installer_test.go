package cli

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	// shellMessage is a text of a script: an error, a warning, or a reason that an error ends with.
	shellMessage = regexp.MustCompile(`\b(?:fail "|say "warning: |quoted "error: |reason="|echo ")((?:[^"\\\n]|\\.)+)"`)
	// shellValue is what the shell puts into a text.
	shellValue = regexp.MustCompile(`\$(?:\w+|\{[^}]*\}|\([^)]*\))`)
)

// installerMessages are the texts of install-binary.sh, with … for what the shell puts in.
func installerMessages(t *testing.T) (texts []string) {
	t.Helper()
	for _, found := range shellMessage.FindAllStringSubmatch(readFile(t, "../install-binary.sh"), -1) {
		text := strings.ReplaceAll(found[1], "$from", "….tar.gz")
		if text = shellValue.ReplaceAllString(text, "…"); text != "…" {
			texts = append(texts, text)
		}
	}
	return texts
}

// TestInstallerIsTold holds that docs/TROUBLESHOOTING.md has every message of install-binary.sh, and
// no other as its own.
func TestInstallerIsTold(t *testing.T) {
	_, section, _ := strings.Cut(readFile(t, filepath.Join(docsDir, "TROUBLESHOOTING.md")), "\n### Installation\n")
	section, _, _ = strings.Cut(section, "\n### ")
	texts := installerMessages(t)
	if len(texts) < 15 {
		t.Fatalf("install-binary.sh says %q", texts)
	}
	var all []string
	for line := range strings.Lines(section) {
		if cells := tableRow(line); len(cells) == 3 && cells[0] != "message" {
			all = append(all, code(cells[0])...)
		}
	}
	for _, words := range all {
		if !saidBy(texts, words) {
			t.Errorf("install-binary.sh does not say %q", words)
		}
	}
	for _, text := range texts {
		if !slices.ContainsFunc(all, func(words string) bool { return saidBy([]string{text}, words) }) {
			t.Errorf("Installation has no row with words of %q: add | `words` | why | what to do |", text)
		}
	}
}
