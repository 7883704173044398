package yamledit

import (
	"bytes"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A scalarText is how the text has a scalar of several lines: where each line of its value begins,
// and, last, where the value ends; and how lines are written in place of text[start:end].
type scalarText struct {
	starts []int
	write  func(lines []string, start, end int) string
}

// editScalars edits the scalars of several lines whose value differs, line by line, so that their
// other lines stay. One that cannot be edited so is left to the comparison of the trees.
func (c *carrier) editScalars(node *yaml.Node) {
	for _, child := range node.Content {
		c.editScalars(child)
	}
	old := c.scalars[markOf(node)]
	if node.Kind != yaml.ScalarNode || old == nil || old.Value == node.Value {
		return
	}
	var text scalarText
	switch {
	case old.Style&yaml.LiteralStyle != 0:
		text = c.literal(old)
	case old.Style&yaml.DoubleQuotedStyle != 0:
		text = c.quoted(old)
	}
	if text.starts == nil {
		return
	}
	c.edited[old] = true
	edited := valueLines(node.Value)
	for _, d := range differences(valueLines(old.Value), edited) {
		start, end := text.starts[d.start], text.starts[d.end]
		c.edits = append(c.edits, udiff.Edit{Start: start, End: end, New: text.write(edited[d.from:d.to], start, end)})
	}
}

// valueLines are the lines of a scalar's value, with their line feeds.
func valueLines(value string) []string {
	return slices.DeleteFunc(strings.SplitAfter(value, "\n"), func(line string) bool { return line == "" })
}

// literal is the text of a literal block scalar (`|`), each line of which is one of its value.
func (c *carrier) literal(node *yaml.Node) (text scalarText) {
	lines := valueLines(node.Value)
	at := slices.IndexFunc(lines, func(line string) bool { return strings.Trim(line, " \n") != "" })
	if at < 0 {
		return text
	}
	shown := string(bytes.TrimRight(c.line(node.Line+1+at), "\r\n"))
	indent, found := strings.CutSuffix(shown, strings.TrimSuffix(lines[at], "\n"))
	if !found || strings.Trim(indent, " ") != "" {
		return text
	}
	for i := range len(lines) + 1 {
		text.starts = append(text.starts, c.start(node.Line+1+i))
	}
	lineEnd := c.lineEnd(node.Line + 1)
	text.write = func(lines []string, _, _ int) string {
		var out strings.Builder
		for _, line := range lines {
			if line = strings.TrimSuffix(line, "\n"); line != "" {
				line = indent + line
			}
			out.WriteString(line + lineEnd)
		}
		return out.String()
	}
	return text
}
