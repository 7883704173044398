package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/trust/trusttest/golden"
)

const chineseTroubleshooting = "docs/zh/TROUBLESHOOTING.md"

// explained are the sections of docs/TROUBLESHOOTING.md whose codes have an explanation in Chinese.
var explained = []string{"The certificate file", "Certificates: dates, names and chains", "The connection", "The server's certificate",
	"Verdicts of verify on manifests"}

var barOfTable = regexp.MustCompile(`(^|[^\\])\|`)

// cellsOf are the cells of a table's line, nil for another line.
func cellsOf(line string) (cells []string) {
	line, isRow := strings.CutPrefix(strings.TrimRight(line, "\n"), "|")
	if !isRow {
		return nil
	}
	for _, cell := range strings.Split(barOfTable.ReplaceAllString(line, "$1\x00"), "\x00") {
		cells = append(cells, strings.TrimSpace(cell))
	}
	return cells[:len(cells)-1]
}

// codeOf is what a cell of nothing but code holds.
func codeOf(cell string) string {
	if _, spans := cutSpans(cell); len(spans) == 1 && cell == "`"+spans[0]+"`" {
		return spans[0]
	}
	return ""
}

// messages are the words of each code in those sections, as the first cell has them, and all words
// of the page's tables.
func messages(t *testing.T) (byCode map[string]string, all []string) {
	t.Helper()
	text := readText(t, "docs/TROUBLESHOOTING.md")
	byCode = map[string]string{}
	section := ""
	for line := range strings.Lines(text) {
		if title, isHeading := strings.CutPrefix(line, "### "); isHeading {
			section = strings.TrimSpace(title)
		}
		cells := cellsOf(line)
		if len(cells) == 0 {
			continue
		}
		_, spans := cutSpans(cells[0])
		all = append(all, spans...)
		if len(cells) == 4 && slices.Contains(explained, section) && codeOf(cells[3]) != "" {
			byCode[codeOf(cells[3])] = cells[0]
		}
	}
	return byCode, all
}

// TestChineseTroubleshooting has an explanation in Chinese for each code of those sections, with the
// words of the English page, which -update writes; other messages are on the English page too.
func TestChineseTroubleshooting(t *testing.T) {
	byCode, all := messages(t)
	if len(byCode) < 50 {
		t.Fatalf("%d codes are found", len(byCode))
	}
	var page strings.Builder
	for line := range strings.Lines(readText(t, chineseTroubleshooting)) {
		cells := cellsOf(line)
		switch {
		case len(cells) == 4 && codeOf(cells[3]) != "":
			about := codeOf(cells[3])
			if byCode[about] == "" {
				t.Errorf("there is no code %q, or it has two rows", about)
			} else {
				line = strings.Replace(line, cells[0], byCode[about], 1)
			}
			delete(byCode, about)
		case len(cells) == 3:
			_, spans := cutSpans(cells[0])
			for _, words := range lacking(spans, all) {
				t.Errorf("the English page has no %q", words)
			}
		}
		page.WriteString(line)
	}
	for about, words := range byCode {
		t.Errorf("%s has no row for the code %s: add | %s | 原因 | 怎么办 | `%s` |", chineseTroubleshooting, about, words, about)
	}
	golden.Compare(t, path.Join(top, chineseTroubleshooting), page.String())
}

// Every Chinese page has an English original, and no flag that none of the English pages has.
func TestChinesePagesHaveOriginals(t *testing.T) {
	all, err := pages(top)
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	chinese := 0
	for name, p := range all {
		if !strings.HasPrefix(name, "docs/zh/") {
			known = append(known, flagsOf(p)...)
		}
	}
	for name, p := range all {
		if !strings.HasPrefix(name, "docs/zh/") {
			continue
		}
		chinese++
		if _, found := all["docs/"+path.Base(name)]; !found {
			t.Errorf("%s has no original", name)
		}
		for _, flag := range lacking(flagsOf(p), known) {
			t.Errorf("%s has the flag %s, which no English page has", name, flag)
		}
	}
	if chinese < 5 {
		t.Errorf("%d Chinese pages are found", chinese)
	}
}

func TestCellsOf(t *testing.T) {
	if got, want := cellsOf("| `a \\| b` | c | |\n"), []string{"`a \\| b`", "c", ""}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := cellsOf("no row | here\n"); got != nil {
		t.Errorf("%q", got)
	}
}

// misset are what Chinese text does not have: a letter or a digit beside a Han character, and a
// half-width mark beside one.
var (
	misset   = regexp.MustCompile(`\p{Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Han}|\p{Han}[,.:;!?()]|[,;!?)]\p{Han}`)
	notProse = regexp.MustCompile("(?ms)^ *```.*?^ *```$|^ {4,}\\S.*?$|<!--.*?-->")
	codeSpan = regexp.MustCompile("`[^`\n]*`")
)

// misprints are the places of a text, outside of code blocks and links' targets, that are misset.
func misprints(text string) []string {
	prose := codeSpan.ReplaceAllString(notProse.ReplaceAllString(text, ""), "code")
	return misset.FindAllString(linkTarget.ReplaceAllString(prose, "]"), -1)
}

// Chinese pages have a space between Chinese and anything Latin, and full-width marks.
func TestChineseIsSet(t *testing.T) {
	all, err := pages(top)
	if err != nil {
		t.Fatal(err)
	}
	for name := range all {
		if strings.HasPrefix(name, "docs/zh/") || name == "README.zh-CN.md" {
			for _, found := range misprints(readText(t, name)) {
				t.Errorf("%s: %q", name, found)
			}
		}
	}
	const text = "用`a`看，b 和c，d,好。\n```\n用a,b\n```\n[看](#看x)好(吗\n    用a\n"
	if got, want := misprints(text), []string{"用c", "e看", "和c", ",好", "好("}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
