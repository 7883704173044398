package yamledit

import (
	"bytes"
	"unicode/utf8"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A lineIndex finds the places in a document's text that go.yaml.in/yaml/v3
// names by line and column.
type lineIndex struct {
	text   []byte
	starts []int // offset of each line; line 1 is starts[0]
}

// newLineIndex cuts lines where the YAML library counts them: at LF, CRLF, a
// lone CR, NEL, LS and PS, also inside of scalars and comments (is_break in
// go.yaml.in/yaml/v3, yamlprivateh.go).
func newLineIndex(text []byte) lineIndex {
	index := lineIndex{text: text, starts: []int{0}}
	for at := 0; at < len(text); {
		width := breakWidth(text[at:])
		if width == 0 {
			at++
			continue
		}
		at += width
		index.starts = append(index.starts, at)
	}
	return index
}

// breakWidth is the number of bytes of the line break that text starts with.
func breakWidth(text []byte) int {
	for _, lineBreak := range []string{"\n", "\r\n", "\r", "\u0085", "\u2028", "\u2029"} {
		if bytes.HasPrefix(text, []byte(lineBreak)) {
			return len(lineBreak)
		}
	}
	return 0
}

// offset is where a node stands, or -1 for a node without a position. Columns
// count runes from 1, and a byte order mark is not counted.
func (x lineIndex) offset(node *yaml.Node) int {
	if node.Line < 1 || node.Line > len(x.starts) {
		return -1
	}
	at := x.starts[node.Line-1]
	if node.Line == 1 && bytes.HasPrefix(x.text, byteOrderMark) {
		at += len(byteOrderMark)
	}
	for column := 1; column < node.Column; column++ {
		if at >= len(x.text) {
			return -1
		}
		_, width := utf8.DecodeRune(x.text[at:])
		at += width
	}
	return at
}

// line is the text of a line, from 1, with its break; nil past the end.
func (x lineIndex) line(number int) []byte {
	start, end := x.start(number), x.start(number+1)
	return x.text[start:end]
}

// start is the offset of a line, from 1; the text's end for lines past it.
func (x lineIndex) start(number int) int {
	if number > len(x.starts) {
		return len(x.text)
	}
	return x.starts[number-1]
}

// lineEnd is how the line above ends, or the first one.
func (x lineIndex) lineEnd(line int) string {
	if bytes.HasSuffix(x.line(max(1, line-1)), []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

func isBlankOrComment(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) == 0 || line[0] == '#'
}
