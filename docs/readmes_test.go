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
	cellBorder   = regexp.MustCompile(`(?:^|[^\\])\|`)
)

// readme is a README, with its tables.
func readme(t *testing.T, name string) (p page, tables [][]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, name))
	if err != nil {
		t.Fatal(err)
	}
	if p, err = parse(name, string(text)); err != nil {
		t.Fatal(err)
	}
	for i, block := range p.blocks {
		p.blocks[i] = strings.TrimSpace(shellComment.ReplaceAllString(block, ""))
	}
	return p, tablesOf(string(text))
}

// tablesOf are the tables of a text, each with a line for a row: the code in its first cell.
func tablesOf(text string) (tables [][]string) {
	within := false
	for line := range strings.Lines(text) {
		isRow := strings.HasPrefix(line, "|")
		switch {
		case isRow && !within:
			tables = append(tables, nil) // the line is the heading
		case isRow && !strings.HasPrefix(line, "|---"):
			cell := line[1:]
			if end := cellBorder.FindStringIndex(cell); end != nil {
				cell = cell[:end[1]]
			}
			_, spans := cutSpans(cell)
			last := len(tables) - 1
			tables[last] = append(tables[last], strings.Join(spans, " "))
		}
		within = isRow
	}
	return tables
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

// missing are the elements of wanted that are not in got, in the order of wanted.
func missing[E any](wanted, got []E, same func(a, b E) bool) (lost []E) {
	for _, w := range wanted {
		at := slices.IndexFunc(got, func(g E) bool { return same(w, g) })
		if at < 0 {
			lost = append(lost, w)
			continue
		}
		got = got[at+1:]
	}
	return lost
}

func equal(a, b string) bool { return a == b }

// The Chinese README says what the English one does: the same commands, flags, tables, links and
// messages, in the same order. It has more for its readers: a mirror of modules, errors, terms.
func TestReadmesAgree(t *testing.T) {
	english, tables := readme(t, "README.md")
	chinese, chineseTables := readme(t, "README.zh-CN.md")
	if len(tables) < 8 || len(english.blocks) < 10 || len(flagsOf(english)) < 20 {
		t.Fatalf("README.md has %d tables, %d blocks, the flags %q", len(tables), len(english.blocks), flagsOf(english))
	}
	for _, lost := range missing(english.blocks, chinese.blocks, equal) {
		t.Errorf("README.zh-CN.md has not, or elsewhere:\n%s", lost)
	}
	for _, more := range missing(chinese.blocks, english.blocks, equal) {
		if !strings.HasPrefix(more, "go env -w GOPROXY=") {
			t.Errorf("README.md has not, or elsewhere:\n%s", more)
		}
	}
	if want, got := flagsOf(english), flagsOf(chinese); !slices.Equal(want, got) {
		t.Errorf("flags of README.md:\n%q\nof README.zh-CN.md:\n%q", want, got)
	}
	for _, lost := range missing(tables, chineseTables, slices.Equal) {
		t.Errorf("README.zh-CN.md has no such table, or elsewhere:\n%s", strings.Join(lost, "\n"))
	}
	if got := len(chineseTables) - len(tables); got != 2 {
		t.Errorf("README.zh-CN.md has %d tables more, not those of errors and of terms", got)
	}
	for _, span := range english.spans {
		if !slices.Contains(chinese.spans, span) {
			t.Errorf("README.zh-CN.md has no `%s`", span)
		}
	}
	if want, got := linksOf(t, english), linksOf(t, chinese); !slices.Equal(want, got) {
		t.Errorf("links of README.md:\n%q\nof README.zh-CN.md:\n%q", want, got)
	}
}

// linksOf are the links of a README, but for that to the other one.
func linksOf(t *testing.T, p page) []string {
	t.Helper()
	links, err := p.links()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(links, func(link string) bool { return strings.HasPrefix(link, "README") })
}

func TestTablesOf(t *testing.T) {
	got := tablesOf("| a | b |\n|---|---|\n| `x \\| y` and `z` | `c` |\n| prose | |\n\n| d |\n|---|\n| `e` |\n")
	want := [][]string{{"x \\| y z", ""}, {"e"}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%q, want %q", got, want)
	}
}
