package yamledit

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A Stream is a sequence of YAML documents, and of new ones that go behind them.
type Stream struct {
	Documents []*Document

	lines    int // above the next document
	expanded int // bytes that aliases expanded to
	added    [][]byte
}

// Split cuts a stream into its documents, unparsed, without copying it. A document starts at a
// `---` line, unless only a byte order mark, blank lines, comments or directives stand before it,
// and ends with a `...` line, inclusive (YAML 1.2.2, section 9.2). An empty stream has none.
func Split(text []byte) *Stream {
	s := &Stream{}
	s.cut(text, true)
	return s
}

// Read is [Split] of what a reader gives, in pieces, so that a long stream is not held twice: only a document
// that is longer than a piece is copied, into one of so much more that this is seldom.
func Read(r io.Reader) (*Stream, error) {
	const size, growth = 256 << 10, 8 // the gitlab chart renders less
	s, text := &Stream{}, make([]byte, 0, size)
	for {
		n, err := io.ReadFull(r, text[len(text):cap(text)])
		text = text[:len(text)+n]
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			s.cut(text, true)
			return s, nil
		case err != nil:
			return nil, err
		}
		rest := s.cut(text, false)
		text = append(make([]byte, 0, max(size, growth*len(rest))), rest...)
	}
}

// cut adds the documents of a text. Of one that is not all, the last document is returned instead.
func (s *Stream) cut(text []byte, all bool) (rest []byte) {
	start, at, lines := 0, 0, s.lines
	prefix := true // no content and no marker since start
	end := func(at, lines int) {
		if at > start {
			s.Documents = append(s.Documents, &Document{Number: len(s.Documents) + 1, LinesAbove: s.lines, Text: text[start:at:at], stream: s})
		}
		start, s.lines, prefix = at, lines, true
	}
	for at < len(text) {
		next := at + bytes.IndexByte(text[at:], '\n') + 1
		if next == at {
			if !all {
				break
			}
			next = len(text)
		}
		switch line := text[at:next]; {
		case !prefix && line[0] != '-' && line[0] != '.': // most lines are neither marker
		case isMarker(line, "---"):
			if !prefix {
				end(at, lines)
			}
			prefix = false
		case isMarker(line, "..."):
			end(next, lines+1)
		case prefix && !isPrefix(line):
			prefix = false
		}
		at, lines = next, lines+1
	}
	if all {
		end(len(text), lines)
	}
	return text[start:]
}

// Append puts a new document behind the others: a `---` line, the head (comment lines that end in
// a line feed, or none) and the tree. With crlf, its lines end in CR LF.
func (s *Stream) Append(head string, tree *yaml.RNode, crlf bool) error {
	written, err := encode(tree.YNode(), nil)
	if err != nil {
		return err
	}
	written = append([]byte("---\n"+head), written...)
	if crlf {
		written = bytes.ReplaceAll(written, []byte("\n"), []byte("\r\n"))
	}
	s.added = append(s.added, written)
	return nil
}

// Texts are the texts of the documents with their edits, and of the new ones behind them; joined,
// they are the edited stream. A last line without an end gets one when something follows it. An
// error is that of the document faulty.
func (s *Stream) Texts() (texts [][]byte, faulty *Document, err error) {
	texts = make([][]byte, 0, len(s.Documents)+len(s.added)+1)
	for _, d := range s.Documents {
		text, err := d.Bytes()
		if err != nil {
			return nil, d, err
		}
		if len(text) > 0 {
			texts = append(texts, text)
		}
	}
	if len(s.added) == 0 || len(texts) == 0 {
		return append(texts, s.added...), nil, nil
	}
	last := texts[len(texts)-1]
	ended := last
	if !bytes.HasSuffix(last, []byte("\n")) {
		end := []byte(lineEndOf(last))
		ended, texts = slices.Concat(last, end), append(texts, end)
	}
	if err := checkEnd(last, ended); err != nil {
		return nil, s.Documents[len(s.Documents)-1], err
	}
	return append(texts, s.added...), nil, nil
}

// checkEnd refuses a text that reaches into what follows it once its last line is ended: directives without
// a document of their own, or a block scalar that gets another value.
func checkEnd(text, ended []byte) error {
	if head, body, _ := cutMarkers(ended); len(body) == 0 && bytes.Contains(append([]byte("\n"), head...), []byte("\n%")) {
		return errors.New("it ends in a directive (%) without a document")
	}
	if len(text) == len(ended) {
		return nil
	}
	if tree, err := parse(text, new(int)); err == nil && !holds(ended, tree) {
		return errors.New("it ends in a block scalar whose last line has no line end: add one")
	}
	return nil
}

// Bytes joins [Stream.Texts].
func (s *Stream) Bytes() ([]byte, error) {
	texts, _, err := s.Texts()
	return bytes.Join(texts, nil), err
}

var byteOrderMark = []byte("\ufeff")

const spaces = " \t\r\n" // in a blank line; other ones are content

// isMarker reports whether the line is a document marker: at column 0, and followed by nothing, a
// blank or the line's end.
func isMarker(line []byte, marker string) bool {
	if len(line) < len(marker) || string(line[:len(marker)]) != marker {
		return false
	}
	rest := line[len(marker):]
	return len(rest) == 0 || strings.IndexByte(spaces, rest[0]) >= 0
}

// isPrefix reports whether the line may stand before a document's `---`: a comment, a directive or a
// blank line. One with other breaks than LF may have anything behind them.
func isPrefix(line []byte) bool {
	line = bytes.Trim(bytes.TrimPrefix(line, byteOrderMark), spaces)
	return len(line) == 0 || (line[0] == '#' || line[0] == '%') && !bytes.ContainsAny(line, "\r\u0085\u2028\u2029")
}

// cutMarkers cuts a document's text before its first line of content and
// before the `...` that ends it. The head has the `---` and the comments.
func cutMarkers(text []byte) (head, body, tail []byte) {
	end := bytes.LastIndexByte(bytes.TrimSuffix(text, []byte("\n")), '\n') + 1
	if !isMarker(text[end:], "...") {
		end = len(text)
	}
	at, marked := len(text)-len(bytes.TrimPrefix(text, byteOrderMark)), false
	for line := range bytes.Lines(text[min(at, end):end]) {
		opens := !marked && isMarker(line, "---") && isPrefix(line[len("---"):])
		if !opens && (!isPrefix(line) || marked && line[0] == '%') {
			break
		}
		marked = marked || opens
		at += len(line)
	}
	return text[:at], text[at:end], text[end:]
}
