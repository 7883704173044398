package yamledit

import (
	"bytes"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// editScalars edits the scalars of several lines whose value differs, line by line, so that their
// other lines stay. What cannot be edited so is left to the comparison of the trees.
func (c *carrier) editScalars(node *yaml.Node) {
	for _, child := range node.Content {
		c.editScalars(child)
	}
	old := c.scalars[markOf(node)]
	if node.Kind != yaml.ScalarNode || old == nil || old.Value == node.Value {
		return
	}
	var edits []udiff.Edit
	switch {
	case old.Style&yaml.LiteralStyle != 0:
		edits = c.literalEdits(old, node.Value)
	case old.Style&yaml.DoubleQuotedStyle != 0:
		edits = c.quotedEdits(old, node.Value)
	}
	if edits != nil {
		c.edits, c.edited[old] = append(c.edits, edits...), true
	}
}

// valueLines are the lines of a scalar's value, with their line feeds.
func valueLines(value string) []string {
	lines := strings.SplitAfter(value, "\n")
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" })
}

// literalEdits edits a literal block scalar (`|`), whose lines are those of the text below its
// header; nil where that is not so.
func (c *carrier) literalEdits(node *yaml.Node, value string) []udiff.Edit {
	old, edited := valueLines(node.Value), valueLines(value)
	at := slices.IndexFunc(old, func(line string) bool { return strings.Trim(line, " \n") != "" })
	if at < 0 {
		return nil
	}
	shown := string(bytes.TrimRight(c.line(node.Line+1+at), "\r\n"))
	indent, found := strings.CutSuffix(shown, strings.TrimSuffix(old[at], "\n"))
	if !found || strings.Trim(indent, " ") != "" {
		return nil
	}
	lineEnd := c.lineEnd(node.Line + 1)
	var edits []udiff.Edit
	for _, d := range differences(old, edited) {
		var insert strings.Builder
		for _, line := range edited[d.from:d.to] {
			if line = strings.TrimSuffix(line, "\n"); line != "" {
				insert.WriteString(indent + line)
			}
			insert.WriteString(lineEnd)
		}
		first := node.Line + 1
		edits = append(edits, udiff.Edit{Start: c.start(first + d.start), End: c.start(first + d.end), New: insert.String()})
	}
	return edits
}
