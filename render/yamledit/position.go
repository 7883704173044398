package yamledit

import (
	"bytes"
	"unicode/utf8"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A lineIndex finds the positions in a document's text that go.yaml.in/yaml/v3 gives by line and
// column.
type lineIndex struct {
	text   []byte
	starts []int // offset of each line; line 1 is starts[0]
}

// newLineIndex cuts lines where the YAML library counts them: at LF, CRLF, a lone CR, NEL, LS and
// PS, also inside of scalars and comments (is_break in go.yaml.in/yaml/v3, yamlprivateh.go).
func newLineIndex(text []byte) lineIndex {
	index := lineIndex{text: text, starts: []int{0}}
	for at := 0; ; index.starts = append(index.starts, at) {
		next := bytes.IndexAny(text[at:], "\n\r\u0085\u2028\u2029")
		if next < 0 {
			return index
		}
		at += next
		_, width := utf8.DecodeRune(text[at:])
		if bytes.HasPrefix(text[at:], []byte("\r\n")) {
			width = 2
		}
		at += width
	}
}

// offset is where a node stands, or -1 for a node without a position. Columns count runes from 1,
// and a byte order mark is not counted.
func (x lineIndex) offset(node *yaml.Node) int {
	at := x.start(node.Line)
	if node.Line == 1 && bytes.HasPrefix(x.text, byteOrderMark) {
		at += len(byteOrderMark)
	}
	for column := 1; column < node.Column; column++ {
		_, width := utf8.DecodeRune(x.text[at:])
		at += width
	}
	if node.Line < 1 || at >= len(x.text) {
		return -1
	}
	return at
}

// start is the offset of a line, from 1; the text's end for lines past it.
func (x lineIndex) start(number int) int {
	if number > len(x.starts) {
		return len(x.text)
	}
	return x.starts[max(0, number-1)]
}

// line is the text of a line, from 1, with its break; nil past the end.
func (x lineIndex) line(number int) []byte { return x.text[x.start(number):x.start(number+1)] }

// lineEnd is how the line above ends, or the first one.
func (x lineIndex) lineEnd(line int) string {
	if bytes.HasSuffix(x.line(max(1, line-1)), []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}
