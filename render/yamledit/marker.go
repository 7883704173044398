package yamledit

import (
	"bytes"
	"strings"
)

// firstLine is everything up to the first LF, inclusive.
func firstLine(text []byte) []byte {
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		return text[:end+1]
	}
	return text
}

// isMarker reports whether the line is a document marker: at column 0, and followed by nothing, a
// blank or the line's end.
func isMarker(line []byte, marker string) bool {
	if len(line) < len(marker) || string(line[:len(marker)]) != marker {
		return false
	}
	rest := line[len(marker):]
	return len(rest) == 0 || strings.IndexByte(" \t\r\n", rest[0]) >= 0
}

// isPrefix reports whether the line may stand before a document's `---`. Other breaks than LF end a
// comment in it.
func isPrefix(line []byte) bool {
	line = bytes.TrimSpace(bytes.TrimPrefix(line, byteOrderMark))
	for len(line) > 0 {
		if line[0] != '#' && line[0] != '%' {
			return false
		}
		end := bytes.IndexAny(line, "\r\n\u0085\u2028\u2029")
		if end < 0 {
			return true
		}
		line = bytes.TrimSpace(line[end:])
	}
	return true
}

// hasMarker reports whether a line of the text is, or begins with, a `---` marker.
func hasMarker(text []byte) bool {
	for line := range bytes.Lines(bytes.TrimPrefix(text, byteOrderMark)) {
		if isMarker(line, "---") {
			return true
		}
	}
	return false
}

// opens reports whether a document's text begins with a `---` line of its own, behind what may stand
// above one.
func opens(text []byte) bool {
	head, body, _ := cutMarkers(text)
	return hasMarker(head) || isMarker(firstLine(body), "---")
}

// cutMarkers cuts a document's text before its first line of content and
// before the `...` that ends it. The head has the `---` and the comments.
func cutMarkers(text []byte) (head, body, tail []byte) {
	at, marked := 0, false
	if bytes.HasPrefix(text, byteOrderMark) {
		at = len(byteOrderMark)
	}
	for at < len(text) {
		line := firstLine(text[at:])
		opens := !marked && isMarker(line, "---") && isPrefix(line[len("---"):])
		if !opens && (!isPrefix(line) || marked && line[0] == '%') {
			break
		}
		marked = marked || opens
		at += len(line)
	}
	head, body = text[:at], text[at:]
	for end := 0; end < len(body); {
		line := firstLine(body[end:])
		if isMarker(line, "...") {
			return head, body[:end], body[end:]
		}
		end += len(line)
	}
	return head, body, nil
}
