package tomledit

import (
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// locate returns the runners that have a header [[runners]], with positions and without values,
// in a text that is known to parse. line is that of the first runners in whatever form.
func locate(text string) (runners []Runner, line int) {
	var parser unstable.Parser
	parser.Reset([]byte(text))
	var table []string // that keys are in, as spelled
	for parser.NextExpression() {
		node := parser.Expression()
		path, at, end := position(node)
		if node.Kind == unstable.KeyValue {
			path = slices.Concat(table, path)
		} else {
			table = path
		}
		if !strings.EqualFold(path[0], "runners") {
			continue
		}
		if line == 0 {
			line = lineNumber(text, at)
		}
		if node.Kind == unstable.ArrayTable && len(path) == 1 {
			runners = append(runners, Runner{
				Line:   lineNumber(text, at),
				at:     lineEnd(text, at),
				indent: indentOf(text, at) + "  ",
				lines:  map[string]int{},
				values: map[string]span{},
			})
		} else if len(runners) > 0 {
			runners[len(runners)-1].add(text, node, strings.Join(path[1:], "\x00"), at)
		}
		if len(runners) > 0 {
			runners[len(runners)-1].end = lineEnd(text, end)
		}
	}
	return runners, line
}

// position returns the path of a key or a header, the offset of its first part, and an offset in
// its last line.
func position(node *unstable.Node) (path []string, at, end int) {
	for parts := node.Key(); parts.Next(); {
		end = int(parts.Node().Raw.Offset)
		if path == nil {
			at = end
		}
		path = append(path, string(parts.Node().Data))
	}
	if node.Kind == unstable.KeyValue {
		end = int(node.Raw.Offset + node.Raw.Length)
	}
	return path, at, end
}

// add adds the position of a key or a table below the runner's header.
func (r *Runner) add(text string, node *unstable.Node, key string, at int) {
	isPair := node.Kind == unstable.KeyValue
	if indent := indentOf(text, at); len(r.lines) == 0 && (isPair || indent+"  " != r.indent) {
		r.indent = indent // of a table too, if it is not that of the header
	}
	if r.lines[key] == 0 {
		r.lines[key] = lineNumber(text, at)
	}
	if isPair && node.Value().Kind == unstable.String {
		raw := node.Value().Raw
		r.values[key] = span{int(raw.Offset), int(raw.Offset + raw.Length)}
	}
}

// A span is a range of offsets.
type span struct{ from, to int }

func (s span) replace(text, with string) string { return text[:s.from] + with + text[s.to:] }

func lineNumber(text string, at int) int { return 1 + strings.Count(text[:at], "\n") }

// lineStart returns the offset of the line of another offset.
func lineStart(text string, at int) int { return strings.LastIndexByte(text[:at], '\n') + 1 }

// lineEnd returns the offset behind the line of another offset, with its line break.
func lineEnd(text string, at int) int {
	if length := strings.IndexByte(text[at:], '\n'); length >= 0 {
		return at + length + 1
	}
	return len(text)
}

// indentOf returns the blanks that begin the line of an offset.
func indentOf(text string, at int) string {
	line := text[lineStart(text, at):at]
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}
