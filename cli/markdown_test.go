package cli

import (
	"strings"
	"testing"
)

// markdownTable has the first row as its headings.
func markdownTable(rows [][]string) string {
	var text strings.Builder
	for i, row := range rows {
		text.WriteString(markdownRow(row))
		if i == 0 {
			text.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	return text.String()
}

// markdownRow is a line of a table.
func markdownRow(cells []string) string {
	var text strings.Builder
	for _, cell := range cells {
		text.WriteString(strings.TrimRight("| "+markdownCell(cell), " ") + " ")
	}
	return text.String() + "|\n"
}

// markdownCell is Markdown as the cell of a table: a bar ends a cell even in code, and outside of
// code < begins HTML and * emphasis.
func markdownCell(text string) string {
	parts := strings.Split(strings.Join(strings.Fields(text), " "), "`")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], "|", `\|`)
		if isCode := i%2 == 1; !isCode {
			parts[i] = strings.NewReplacer("<", `\<`, "*", `\*`).Replace(parts[i])
		}
	}
	return strings.Join(parts, "`")
}

// tableRow is the cells of a line of a table, with bars as they are; nil for any other line and for
// the line below the headings.
func tableRow(line string) []string {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "|") || !strings.HasSuffix(line, "|") || strings.HasPrefix(line, "|---") {
		return nil
	}
	const bar = "\x00"
	var cells []string
	for cell := range strings.SplitSeq(strings.ReplaceAll(line[1:len(line)-1], `\|`, bar), "|") {
		cells = append(cells, strings.TrimSpace(strings.ReplaceAll(cell, bar, "|")))
	}
	return cells
}

// code are the texts in backticks.
func code(text string) (all []string) {
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			all = append(all, part)
		}
	}
	return all
}

// asCode is a text in backticks; nothing for nothing.
func asCode(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

func TestMarkdownCell(t *testing.T) {
	const raw = "a|b <c> `d|e <f>` *g*"
	if got, want := markdownCell(raw), "a\\|b \\<c> `d\\|e <f>` \\*g\\*"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if cells := tableRow("| `a\\|b` | | c |"); strings.Join(cells, ";") != "`a|b`;;c" {
		t.Errorf("%q", cells)
	}
	if cells := tableRow("|---|---|"); cells != nil {
		t.Errorf("%q", cells)
	}
}
