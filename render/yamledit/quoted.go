package yamledit

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"github.com/aymanbagabas/go-udiff"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// quotedPart is what counts in a double-quoted scalar: an escape, a blank line, or its end.
var quotedPart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)\\.|\n[ \t]*\r?\n|"`) })

// quotedEdits edits a double-quoted scalar that spans lines; nil for another one, or where a line of
// its value ends in anything else than the escape \n. New lines of the value are lines of the text,
// which end in that escape and in a backslash that hides the line end.
func (c *carrier) quotedEdits(node *yaml.Node, value string) []udiff.Edit {
	starts := c.quotedLines(c.offset(node))
	if len(starts) != strings.Count(node.Value, "\n")+2 {
		return nil
	}
	source := c.text[starts[0]:starts[len(starts)-1]]
	lineBreak := bytes.IndexByte(source, '\n')
	if lineBreak < 0 {
		return nil
	}
	below := source[lineBreak+1:]
	newLine := c.lineEnd(node.Line+1) + string(below[:len(below)-len(bytes.TrimLeft(below, " "))])
	old, edited := valueLines(node.Value), valueLines(value)
	var edits []udiff.Edit
	for _, d := range differences(old, edited) {
		start, end := starts[d.start], starts[d.end]
		insert := ""
		if d.to > d.from {
			insert = quoted(edited[d.from:d.to], newLine, string(c.text[end:]), start == end)
		}
		edits = append(edits, udiff.Edit{Start: start, End: end, New: insert})
	}
	return edits
}

// quotedLines are the offsets at which the lines of a double-quoted value begin, and that of the
// closing quote; nil where they cannot be found.
func (c *carrier) quotedLines(at int) []int {
	if at >= len(c.text) || c.text[at] != '"' {
		return nil
	}
	at++
	starts := []int{at}
	for {
		part := quotedPart().FindIndex(c.text[at:])
		if part == nil {
			return nil
		}
		found := string(c.text[at+part[0] : at+part[1]])
		if found == `"` {
			return append(starts, at+part[0])
		}
		if found[0] == '\n' {
			return nil
		}
		if at += part[1]; found == `\n` {
			starts = append(starts, at)
		}
	}
}

// quoted writes lines of a value in front of the rest of a double-quoted scalar. Where the text has
// a line end there, it reads as a blank: new lines that begin with one go behind it, so that no line
// changes.
func quoted(lines []string, newLine, rest string, isInsertion bool) string {
	ends := strings.HasPrefix(strings.TrimLeft(rest, " \t\r"), "\n")
	separator := `\` + newLine
	var out strings.Builder
	for i, line := range lines {
		if i == 0 && isInsertion && ends && line[0] == ' ' {
			line = line[1:]
			out.WriteString(newLine)
		} else {
			out.WriteString(separator)
		}
		text := jsonText(line)
		out.WriteString(protected(text[1 : len(text)-1]))
	}
	if !ends && rest[0] != '"' && !strings.HasPrefix(strings.Replace(rest, "\r", "", 1), "\\\n") {
		out.WriteString(separator + protected(rest)[:len(protected(rest))-len(rest)])
	}
	return out.String()
}

// protected writes a backslash in front of the blank that a line begins with, which would be
// indentation otherwise.
func protected(line string) string {
	if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
		return `\` + line
	}
	return line
}
