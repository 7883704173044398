package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	flagName     = regexp.MustCompile(`(?:^|[\s\[(])(--[a-z][a-z-]*)`)
	shellComment = regexp.MustCompile(`(?m)\s+#\s.*$`)
	linkTarget   = regexp.MustCompile(`\]\(([^)]+)\)`)
	version      = regexp.MustCompile(`\b\d+\.\d+\b`)
	required     = regexp.MustCompile(`(?m)^\t(\S+) v\S+$`)
)

// readText reads a document by its path from the top of the repository.
func readText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// parsed is a document whose code blocks have no comments, which differ from language to language.
func parsed(t *testing.T, name string) page {
	t.Helper()
	p, err := parse(name, readText(t, name))
	if err != nil {
		t.Fatal(err)
	}
	for i, block := range p.blocks {
		p.blocks[i] = strings.TrimSpace(shellComment.ReplaceAllString(block, ""))
	}
	return p
}

// flagsOf are the flags that a page names.
func flagsOf(p page) (flags []string) {
	for _, code := range slices.Concat(p.spans, p.blocks) {
		for _, found := range flagName.FindAllStringSubmatch(code, -1) {
			flags = append(flags, found[1])
		}
	}
	slices.Sort(flags)
	return slices.Compact(flags)
}

// rowFacts are what every language has in a table's row: code, links, versions. A page of docs/zh
// stands for its English original.
func rowFacts(row string) (facts []string) {
	prose, spans := cutSpans(row)
	facts = append(facts, spans...)
	for _, found := range linkTarget.FindAllStringSubmatch(prose, -1) {
		target, _, _ := strings.Cut(found[1], "#") // anchors are words of their language
		facts = append(facts, strings.Replace(target, "docs/zh/", "docs/", 1))
	}
	return append(facts, version.FindAllString(linkTarget.ReplaceAllString(prose, ""), -1)...)
}

// tableRows are the facts of each row of a text's tables that has any.
func tableRows(text string) (rows [][]string) {
	for line := range strings.Lines(text) {
		if facts := rowFacts(line); strings.HasPrefix(line, "| ") && len(facts) > 0 {
			rows = append(rows, facts)
		}
	}
	return rows
}

// lacking are the elements of wanted that are not in got.
func lacking(wanted, got []string) (lost []string) {
	for _, w := range wanted {
		if !slices.Contains(got, w) {
			lost = append(lost, w)
		}
	}
	return lost
}

// The Chinese README has every command, flag and fact of the English one. What else its readers need
// is its own affair.
func TestReadmesAgree(t *testing.T) {
	english, chinese := parsed(t, "README.md"), parsed(t, "README.zh-CN.md")
	rows, chineseRows := tableRows(readText(t, "README.md")), tableRows(readText(t, "README.zh-CN.md"))
	if len(rows) < 15 || len(english.blocks) < 4 || len(flagsOf(english)) < 15 {
		t.Fatalf("README.md has %d rows with facts, %d blocks, the flags %q", len(rows), len(english.blocks), flagsOf(english))
	}
	for _, lost := range lacking(english.blocks, chinese.blocks) {
		t.Errorf("README.zh-CN.md has no\n%s", lost)
	}
	for _, lost := range lacking(flagsOf(english), flagsOf(chinese)) {
		t.Errorf("README.zh-CN.md has no %s", lost)
	}
	for _, row := range rows {
		if !slices.ContainsFunc(chineseRows, func(facts []string) bool { return len(lacking(row, facts)) == 0 }) {
			t.Errorf("README.zh-CN.md has no row with %q", row)
		}
	}
}

// Whoever arrives reads one screen.
func TestReadmeIsShort(t *testing.T) {
	text := readText(t, "README.md")
	if lines := strings.Count(text, "\n"); lines > 120 {
		t.Errorf("README.md has %d lines", lines)
	}
	if words := len(strings.Fields(text)); words > 900 {
		t.Errorf("README.md has %d words", words)
	}
}

func TestTableRows(t *testing.T) {
	got := tableRows("| a | b |\n|---|---|\n| `x \\| y`, since 0.62 | [c](docs/zh/C.md#d) |\n| prose | |\nno `row`\n")
	want := [][]string{{"x \\| y", "docs/C.md", "0.62"}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Every module that go.mod requires directly has its line in CONTRIBUTING.md: what for, why this one.
func TestDependenciesAreExplained(t *testing.T) {
	_, section, _ := strings.Cut(readText(t, "CONTRIBUTING.md"), "\n## Dependencies\n")
	modules := required.FindAllStringSubmatch(readText(t, "go.mod"), -1)
	if len(modules) < 5 {
		t.Fatalf("go.mod requires %q", modules)
	}
	for _, module := range modules {
		if !strings.Contains(section, "\n| "+module[1]+" |") {
			t.Errorf("CONTRIBUTING.md has no line for %s", module[1])
		}
	}
}
