package render

import (
	"bytes"
	"strings"
)

var byteOrderMark = []byte("\ufeff")

// split cuts a YAML stream into its documents. Joining them gives the stream
// back, byte for byte. A document starts at a `---` line, unless only a byte
// order mark, blank lines, comments or directives stand before it, and ends
// with a `...` line, inclusive (YAML 1.2.2, section 9.2). An empty stream has
// no documents.
func split(stream []byte) [][]byte {
	var documents [][]byte
	start, prefix := 0, true // prefix: no content and no marker since start
	cut := func(end int) {
		if end > start {
			documents = append(documents, stream[start:end:end])
		}
		start, prefix = end, true
	}
	for at := 0; at < len(stream); {
		line := firstLine(stream[at:])
		switch {
		case isMarker(line, "---"):
			if !prefix {
				cut(at)
			}
			prefix = false
		case isMarker(line, "..."):
			cut(at + len(line))
		case prefix && !isPrefix(line):
			prefix = false
		}
		at += len(line)
	}
	cut(len(stream))
	return documents
}

// firstLine is everything up to the first LF, inclusive.
func firstLine(text []byte) []byte {
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		return text[:end+1]
	}
	return text
}

// isMarker tells whether the line is a document marker: at column 0, and
// followed by nothing, a blank or the line's end.
func isMarker(line []byte, marker string) bool {
	if len(line) < len(marker) || string(line[:len(marker)]) != marker {
		return false
	}
	rest := line[len(marker):]
	return len(rest) == 0 || strings.IndexByte(" \t\r\n", rest[0]) >= 0
}

// isPrefix tells whether the line may stand before a document's `---`.
func isPrefix(line []byte) bool {
	line = bytes.TrimSpace(bytes.TrimPrefix(line, byteOrderMark))
	return len(line) == 0 || line[0] == '#' || line[0] == '%'
}
