package tomledit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// A finder walks over the expressions of a text that is known to parse.
type finder struct {
	text     string
	table    []string       // path of the table that the expressions are in, as spelled
	lines    map[string]int // of the first expression with each root key
	runners  []Runner       // by their headers
	margin   string         // of the last header [[runners]]
	indented bool           // the last runner's indent was seen
	counted  int            // the offset up to which newlines were counted
	newlines int
}

// locate returns the runners that have a header [[runners]], with positions and without values,
// and the line of each root key.
func locate(text string) (runners []Runner, lines map[string]int) {
	var parser unstable.Parser
	parser.Reset([]byte(text))
	f := finder{text: text, lines: map[string]int{}}
	for parser.NextExpression() {
		f.expression(parser.Expression())
	}
	return f.runners, f.lines
}

func (f *finder) expression(node *unstable.Node) {
	path, at, end := slices.Clone(f.table), 0, 0
	if node.Kind != unstable.KeyValue {
		path = nil
	}
	for parts := node.Key(); parts.Next(); {
		path = append(path, string(parts.Node().Data))
		end = int(parts.Node().Raw.Offset)
		at = cmp.Or(at, end)
	}
	if node.Kind == unstable.KeyValue {
		end = int(node.Raw.Offset + node.Raw.Length)
	} else {
		f.table = path
	}
	if _, seen := f.lines[path[0]]; !seen {
		f.lines[path[0]] = f.line(at)
	}
	if !strings.EqualFold(path[0], "runners") {
		return
	}
	if node.Kind == unstable.ArrayTable && len(path) == 1 {
		f.header(at)
	} else if len(f.runners) > 0 {
		f.below(node, path[1:], at)
	}
	if len(f.runners) > 0 {
		f.last().end = lineEnd(f.text, end)
	}
}

func (f *finder) last() *Runner { return &f.runners[len(f.runners)-1] }

// header is a [[runners]].
func (f *finder) header(at int) {
	f.margin, f.indented = f.indent(at), false
	f.runners = append(f.runners, Runner{
		Line:   f.line(at),
		at:     lineEnd(f.text, at),
		indent: f.margin + "  ",
		lines:  map[string][]int{},
		values: map[string]span{},
	})
}

// below is a key or a table below a header [[runners]].
func (f *finder) below(node *unstable.Node, path []string, at int) {
	r := f.last()
	pair := node.Kind == unstable.KeyValue
	if indent := f.indent(at); !f.indented {
		f.indented = true
		if pair || len(indent) > len(f.margin) {
			r.indent = indent
		}
	}
	key := strings.Join(path, "\x00")
	r.lines[key] = append(r.lines[key], f.line(at))
	if !pair || len(path) > 1 {
		return
	}
	switch value := node.Value(); value.Kind {
	case unstable.String:
		from := int(value.Raw.Offset)
		r.values[key] = span{from, from + int(value.Raw.Length)}
	case unstable.Array: // of strings, which each have a line
		r.lines[key] = nil
		for items := value.Children(); items.Next(); {
			if items.Node().Kind == unstable.String {
				r.lines[key] = append(r.lines[key], f.line(int(items.Node().Raw.Offset)))
			}
		}
	}
}

// line returns the line of an offset, from 1. Offsets are asked for in order.
func (f *finder) line(at int) int {
	f.newlines += strings.Count(f.text[f.counted:at], "\n")
	f.counted = at
	return 1 + f.newlines
}

// indent returns the blanks that begin the line of an offset.
func (f *finder) indent(at int) string {
	line := f.text[lineStart(f.text, at):at]
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

// lineStart returns the offset of the line of another offset.
func lineStart(text string, at int) int { return strings.LastIndexByte(text[:at], '\n') + 1 }

// lineEnd returns the offset behind the line of another offset, with its line break.
func lineEnd(text string, at int) int {
	if length := strings.IndexByte(text[at:], '\n'); length >= 0 {
		return at + length + 1
	}
	return len(text)
}
