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

// isPrefix reports whether the line may stand before a document's `---`: a comment, a directive or a
// blank line. One with other breaks than LF may have anything behind them.
func isPrefix(line []byte) bool {
	line = bytes.TrimSpace(bytes.TrimPrefix(line, byteOrderMark))
	return len(line) == 0 || (line[0] == '#' || line[0] == '%') && !bytes.ContainsAny(line, "\r\u0085\u2028\u2029")
}

// opens reports whether a document's text begins with a `---` line of its own, behind what may stand
// above one.
func opens(text []byte) bool {
	for line := range bytes.Lines(bytes.TrimPrefix(text, byteOrderMark)) {
		if isMarker(line, "---") || !isPrefix(line) {
			return isMarker(line, "---")
		}
	}
	return false
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
