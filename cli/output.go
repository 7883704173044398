package cli

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"helm-runnertrust/trust"
)

// format is the value of -o, one of formats.
type format string

var formats = []string{"table", "json"}

func (f *format) register(cmd *cobra.Command) {
	*f = "table"
	cmd.Flags().VarP(f, "output", "o", "output `format`: table or json")
}

func (f *format) String() string { return string(*f) }

// Type is what cobra's help calls the value.
func (f *format) Type() string { return "format" }

func (f *format) Set(value string) error {
	if !slices.Contains(formats, value) {
		return fmt.Errorf("%q is neither table nor json", value)
	}
	*f = format(value)
	return nil
}

func (f *format) isJSON() bool { return *f == "json" }

// result writes a result to stdout as the format wants it: the value as JSON, or the text. What is
// not wanted is not made.
func (p *program) result(as format, value func() any, text func() string) error {
	if as != "json" {
		return p.write([]byte(text()))
	}
	out, err := encodeJSON(value())
	if err != nil {
		return err
	}
	return p.write(out)
}

// failInJSON writes what failed to stdout, where a program waits for JSON and nothing is there yet.
// An error of writing it is that of a stdout which nobody reads.
func (p *program) failInJSON(cmd *cobra.Command) {
	if p.written || len(p.errors) == 0 || !p.wantsJSON(cmd) {
		return
	}
	if out, err := encodeJSON(errorJSON{Error: p.errors[0], Also: p.errors[1:]}); err == nil {
		_ = p.write(out)
	}
}

// wantsJSON reports whether -o json is given, also behind what could not be read.
func (p *program) wantsJSON(cmd *cobra.Command) bool {
	flag := cmd.Flags().Lookup("output")
	if flag == nil {
		return false
	}
	if flag.Changed {
		return flag.Value.String() == "json"
	}
	line := " " + strings.Join(p.Args, " ") + " "
	for _, given := range []string{" -o json ", " -o=json ", " -ojson ", " --output json ", " --output=json "} {
		if strings.Contains(line, given) {
			return true
		}
	}
	value, _ := p.Env(variable("output"))
	return value == "json"
}

// maxWidth is how many columns a table may take; terminals have no fewer.
const maxWidth = 100

// table aligns rows of cells, of which the first are headings; an empty cell is a dash. Rows that
// are too long for a line come one below the other, each with a line for every cell.
func table(rows [][]string) string {
	for _, row := range rows {
		for i, cell := range row {
			if row[i] = trust.Printable(cell); cell == "" {
				row[i] = "-"
			}
		}
	}
	aligned := align(rows)
	for line := range strings.Lines(aligned) {
		if utf8.RuneCountInString(line) > maxWidth+len("\n") {
			return records(rows)
		}
	}
	return aligned
}

func align(rows [][]string) string {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 3, ' ', 0)
	for _, row := range rows {
		if _, err := fmt.Fprintln(w, strings.Join(row, "\t")); err != nil {
			return err.Error() // a buffer takes everything
		}
	}
	if err := w.Flush(); err != nil {
		return err.Error()
	}
	return out.String()
}

// records is a paragraph for each row.
func records(rows [][]string) string {
	var paragraphs []string
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
		paragraphs = append(paragraphs, align(cells))
	}
	return strings.Join(paragraphs, "\n")
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

// sentence is a finding as a table's comment: the message, then what to do.
func sentence(f trust.Finding, about topic) string {
	if hint := about.of(f); hint != "" {
		return f.Message + "\n  " + hint
	}
	return f.Message
}

// validity is the days from and until which a certificate is valid, in UTC.
func validity(c *x509.Certificate) string { return day(c.NotBefore) + " to " + day(c.NotAfter) }

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// count is a number of things in words: "1 certificate", "2 certificates".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
