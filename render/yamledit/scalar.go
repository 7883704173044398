package yamledit

import (
	"bytes"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// editScalars edits the literal and the double-quoted scalars whose value differs, line by line of the
// value, so that their other lines stay, and takes them back in the tree. What cannot be edited so is left to the
// comparison of the trees.
func (c *carrier) editScalars(node *yaml.Node) {
	for _, child := range node.Content {
		c.editScalars(child)
	}
	old := c.scalars[markOf(node)]
	if node.Kind != yaml.ScalarNode || old == nil || old.Value == node.Value {
		return
	}
	starts, write := c.literal(old)
	if old.Style&yaml.DoubleQuotedStyle != 0 {
		starts, write = c.quotedStarts(old), c.quotedLines(old)
	}
	if starts == nil {
		return
	}
	lines := valueLines(node.Value)
	for _, d := range differences(valueLines(old.Value), lines) {
		c.edits = append(c.edits, udiff.Edit{Start: starts[d.start], End: starts[d.end], New: write(lines[d.from:d.to], starts[d.start], starts[d.end])})
	}
	node.Value = old.Value
}

// valueLines returns the lines of a scalar's value, with their line feeds.
func valueLines(value string) []string { return slices.Collect(strings.Lines(value)) }

// literal returns where the lines of a literal block scalar (`|`) begin, each of which is one of its
// value, and where the last one ends; and how new lines are written.
func (c *carrier) literal(node *yaml.Node) (starts []int, write func(lines []string, from, to int) string) {
	lines := valueLines(node.Value)
	at := slices.IndexFunc(lines, func(line string) bool { return strings.Trim(line, " \n") != "" })
	if node.Style&yaml.LiteralStyle == 0 || at < 0 {
		return nil, nil
	}
	shown := bytes.TrimRight(c.line(node.Line+1+at), "\r\n")
	indent, found := strings.CutSuffix(string(shown), strings.TrimSuffix(lines[at], "\n"))
	if !found {
		return nil, nil
	}
	for i := range len(lines) + 1 {
		starts = append(starts, c.start(node.Line+1+i))
	}
	return starts, func(lines []string, _, _ int) string {
		var out strings.Builder
		for _, line := range lines {
			if line = strings.TrimSuffix(line, "\n"); line != "" {
				line = indent + line
			}
			out.WriteString(line + c.lineEnd(node.Line+1))
		}
		return out.String()
	}
}

// quotedStarts returns the offsets at which the lines of a double-quoted value begin, and that of the
// closing quote; nil where a line of the value ends in anything else than the escape \n.
func (c *carrier) quotedStarts(node *yaml.Node) []int {
	at := c.start(node.Line) + node.Column // in characters, which is wrong behind others than ASCII
	starts := []int{at}
	for ; at < len(c.text) && c.text[at] != '"'; at++ {
		if c.text[at] == '\\' {
			if at++; c.text[at] == 'n' {
				starts = append(starts, at+1)
			}
		}
	}
	if len(starts) != strings.Count(node.Value, "\n")+1 {
		return nil
	}
	return append(starts, at)
}

// quotedLines returns how new lines of a double-quoted value are written: each on its own line of text,
// behind a backslash that hides the line end, where they stand between others or in the place of lines that
// were written so; else in the place of the others. What stands behind them follows the last one, so that
// taking them out leaves the text as it was.
func (c *carrier) quotedLines(node *yaml.Node) func(lines []string, from, to int) string {
	indent, _ := indentOf(string(c.line(node.Line)))
	hidden := `\` + c.lineEnd(node.Line)
	return func(lines []string, from, to int) string {
		var out strings.Builder
		for _, line := range lines {
			if from == to || bytes.HasPrefix(c.text[from:], []byte(hidden)) {
				out.WriteString(hidden + strings.Repeat(" ", indent+2))
				if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
					out.WriteByte('\\') // it would be indentation otherwise
				}
			}
			quoted := writtenScalar(yaml.NodeTagString, line, yaml.DoubleQuotedStyle)
			out.WriteString(strings.TrimSuffix(strings.TrimPrefix(quoted, `"`), `"`))
		}
		return out.String()
	}
}
