package yamledit

import (
	"bytes"
	"regexp"
	"slices"
	"sync"
)

// join puts new documents behind a stream, or in front of a last text that would reach into them.
func join(texts, added [][]byte) [][]byte {
	if len(added) == 0 || len(texts) == 0 {
		return append(texts, added...)
	}
	last := len(texts) - 1
	if separator, open := openEnd(texts[last]); open {
		// A byte order mark begins a stream; further down, it would make its line one of the document above.
		text, hasMark := bytes.CutPrefix(texts[last], byteOrderMark)
		if hasMark {
			added = append([][]byte{byteOrderMark}, added...)
		}
		return slices.Concat(texts[:last], added, [][]byte{[]byte(separator), text})
	}
	if !bytes.HasSuffix(texts[last], []byte("\n")) {
		texts = append(texts, []byte("\n"))
	}
	return append(texts, added...)
}

// openEnd reports whether a text would reach into what follows it: directives without a document
// of their own, or a block scalar without a line end, which ending the line could change. The
// separator goes between what is put in front of such a text and the text.
func openEnd(text []byte) (separator string, open bool) {
	head, body, _ := cutMarkers(text)
	hasDirectives := bytes.Contains(append([]byte("\n"), bytes.TrimPrefix(head, byteOrderMark)...), []byte("\n%"))
	switch {
	case len(body) == 0 && !hasMarker(head):
		return "...\n", hasDirectives
	case bytes.HasSuffix(text, []byte("\n")) || !mayEndInBlockScalar(text, body):
		return "", false
	case hasDirectives:
		return "...\n", true
	case opens(text):
		return "", true
	}
	return "---\n", true
}

// blockHeader is the end of a line that opens a block scalar which keeps or clips its last line
// end; one that strips it (`|-`) does not change when the line is ended.
var blockHeader = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[|>][0-9]?\+?[0-9]?[ \t]*(?:[ \t]#.*)?$`)
})

// mayEndInBlockScalar reports whether the last line of a document can belong to a block scalar:
// one of the lines that it is indented below looks like the header of one. That costs no parsing,
// and to be wrong costs nothing but the order of documents.
func mayEndInBlockScalar(text, body []byte) bool {
	if bytes.ContainsAny(text, "\u0085\u2028\u2029") || bytes.Count(text, []byte("\r")) > bytes.Count(text, []byte("\r\n")) {
		return true // lines that are none for the loop below
	}
	if first := firstLine(body); isMarker(first, "---") && blockHeader().Match(bytes.TrimRight(first, "\r\n")) {
		return true
	}
	least := -1 // the indentation of the line above which headers are looked for
	blank := false
	for rest := body; len(rest) > 0 && least != 0; {
		start := bytes.LastIndexByte(rest[:len(rest)-1], '\n') + 1
		line := bytes.TrimRight(rest[start:], " \t\r\n")
		rest = rest[:start]
		indent := len(line) - len(bytes.TrimLeft(line, " "))
		if blank = blank || len(line) == 0; len(line) == 0 || least >= 0 && indent >= least {
			continue
		}
		if (least >= 0 || blank) && blockHeader().Match(line) {
			return true // of a scalar with lines, be they blank
		}
		least = indent
	}
	return false
}
