package yamledit

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// quoted is the text of a double-quoted scalar that spans lines; none where a line of its value ends
// in anything else than the escape \n. New lines of the value are lines of the text, which end in
// that escape and in a backslash that hides the line end.
func (c *carrier) quoted(node *yaml.Node) (text scalarText) {
	starts := c.quotedStarts(c.offset(node))
	if len(starts) != strings.Count(node.Value, "\n")+2 {
		return text
	}
	_, below, spansLines := bytes.Cut(c.text[starts[0]:starts[len(starts)-1]], []byte("\n"))
	if !spansLines {
		return text
	}
	newLine := c.lineEnd(node.Line+1) + string(below[:len(below)-len(bytes.TrimLeft(below, " "))])
	return scalarText{starts: starts, write: func(lines []string, start, end int) string {
		rest, _, _ := bytes.Cut(c.text[end:], []byte("\n"))
		return quotedLines(lines, newLine, strings.TrimSuffix(string(rest), "\r"), start == end)
	}}
}

// quotedPart is what counts in a double-quoted scalar: an escape, a blank line, or its end.
var quotedPart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)\\.|\n[ \t]*\r?\n|"`) })

// quotedStarts are the offsets at which the lines of a double-quoted value begin, and that of the
// closing quote; nil where they cannot be found.
func (c *carrier) quotedStarts(at int) []int {
	if at < 0 || !bytes.HasPrefix(c.text[at:], []byte(`"`)) {
		return nil
	}
	at++
	starts := []int{at}
	for {
		part := quotedPart().FindIndex(c.text[at:])
		if part == nil || c.text[at+part[0]] == '\n' {
			return nil
		}
		found := string(c.text[at+part[0] : at+part[1]])
		if found == `"` {
			return append(starts, at+part[0])
		}
		if at += part[1]; found == `\n` {
			starts = append(starts, at)
		}
	}
}

// quotedLines writes lines of a value in front of the rest of a line of the text. Where nothing is
// left, the line end reads as a blank: new lines that begin with one go behind it, so that no line
// changes.
func quotedLines(lines []string, newLine, rest string, isInsertion bool) string {
	var out strings.Builder
	isEnd := strings.Trim(rest, " \t") == ""
	for i, line := range lines {
		if i == 0 && isInsertion && isEnd && line[0] == ' ' {
			out.WriteString(newLine + protected(escaped(line[1:])))
			continue
		}
		out.WriteString(`\` + newLine + protected(escaped(line)))
	}
	if len(lines) > 0 && !isEnd && rest != `\` && rest[0] != '"' {
		out.WriteString(`\` + newLine + strings.TrimSuffix(protected(rest), rest))
	}
	return out.String()
}

// escaped is a text as a double-quoted scalar has it.
func escaped(text string) string {
	quoted, _ := scalarLine(yaml.NodeTagString, text, yaml.DoubleQuotedStyle)
	return strings.TrimSuffix(strings.TrimPrefix(quoted, `"`), `"`)
}

// protected writes a backslash in front of the blank that a line begins with, which would be
// indentation otherwise.
func protected(line string) string {
	if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
		return `\` + line
	}
	return line
}
