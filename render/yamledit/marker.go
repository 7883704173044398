package yamledit

import (
	"bytes"
	"strings"
)

var byteOrderMark = []byte("\ufeff")

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
