package output

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// maxWidth is how many columns a table may take; terminals have no fewer.
const maxWidth = 100

// A Report is text for people: lines, and tables of cells. The zero value is empty.
type Report struct{ text strings.Builder }

func (r *Report) String() string { return r.text.String() }

// Line adds a line, formatted as by fmt.Sprintf, through [Line].
func (r *Report) Line(format string, args ...any) {
	r.text.WriteString(Line(fmt.Sprintf(format, args...)) + "\n")
}

// Table adds rows of cells, of which the first are headings, aligned; an empty cell is a dash. Rows
// that are too long for a line come one below the other, each with a line for every cell.
func (r *Report) Table(rows [][]string) {
	for _, row := range rows {
		for i, cell := range row {
			if row[i] = Line(cell); cell == "" {
				row[i] = "-"
			}
		}
	}
	aligned := align(rows)
	for line := range strings.Lines(aligned) {
		if utf8.RuneCountInString(line) > maxWidth+len("\n") {
			aligned = paragraphs(rows)
			break
		}
	}
	r.text.WriteString(aligned)
}

func align(rows [][]string) string {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 3, ' ', 0)
	for _, row := range rows {
		_, _ = fmt.Fprintln(w, strings.Join(row, "\t")) // a builder takes everything
	}
	_ = w.Flush()
	return out.String()
}

// paragraphs returns a paragraph for each row.
func paragraphs(rows [][]string) string {
	var all []string
	for _, row := range rows[1:] {
		var cells [][]string
		for i, cell := range row {
			for n, line := range wrap(cell, maxWidth-20) {
				heading := ""
				if n == 0 {
					heading = rows[0][i]
				}
				cells = append(cells, []string{heading, line})
			}
		}
		all = append(all, align(cells))
	}
	return strings.Join(all, "\n")
}

// wrap cuts a text at spaces into lines of a width, as far as it has spaces.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line+" "+word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

// Count returns a number of things in words: "1 certificate", "2 certificates".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
