package tomledit

import (
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// positions are where the settings of the first [[runners]] are in a text.
type positions struct {
	line   int             // of the first runners in whatever form, from 1
	at     int             // the offset behind the header's line; 0 where there is no header
	end    int             // the offset behind the last line of its tables
	indent string          // of its settings
	lines  map[string]int  // of all keys and tables below it, by their spelled path, joined
	values map[string]span // of all strings, likewise
}

// locate returns the positions in a text that is known to parse.
func locate(text string) positions {
	p := positions{lines: map[string]int{}, values: map[string]span{}}
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
		if p.line == 0 {
			p.line = lineNumber(text, at)
		}
		if node.Kind == unstable.ArrayTable && len(path) == 1 {
			p.at, p.indent = lineEnd(text, at), indentOf(text, at)+"  "
		} else {
			p.add(text, node, strings.Join(path[1:], "\x00"), at)
		}
		p.end = lineEnd(text, end)
	}
	return p
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
func (p *positions) add(text string, node *unstable.Node, key string, at int) {
	isPair := node.Kind == unstable.KeyValue
	if indent := indentOf(text, at); len(p.lines) == 0 && (isPair || indent+"  " != p.indent) {
		p.indent = indent // of a table too, if it is not that of the header
	}
	if p.lines[key] == 0 {
		p.lines[key] = lineNumber(text, at)
	}
	if isPair && node.Value().Kind == unstable.String {
		raw := node.Value().Raw
		p.values[key] = span{int(raw.Offset), int(raw.Offset + raw.Length)}
	}
}

// lineOf returns the line of a spelled path, or of the nearest table around it that has a line.
func (p *positions) lineOf(path ...string) int {
	for n := len(path); n > 0; n-- {
		if line := p.lines[strings.Join(path[:n], "\x00")]; line > 0 {
			return line
		}
	}
	return p.line
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
