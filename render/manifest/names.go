package manifest

import (
	"bytes"
	"slices"

	"helm-runnertrust/render/yamledit"
)

// indexNames notes which names the text of each document has, so that many runners do not search
// all documents each.
func (s *Stream) indexNames() {
	s.byText = map[string][]*yamledit.Document{}
	for _, doc := range s.Documents {
		if !slices.ContainsFunc(indexed, func(kind string) bool { return doc.Contains(kind) }) {
			continue
		}
		names, all := namesIn(doc.Text())
		for name := range names {
			s.byText[name] = append(s.byText[name], doc)
		}
		if !all {
			s.odd = append(s.odd, doc)
		}
	}
}

// indexed are the kinds that Find finds.
var indexed = []string{"ConfigMap", "Secret"}

// namesIn returns the values of all `name` keys of a text. all is false where one of them is written
// in a way that does not show: as an alias, with an anchor, a tag or an escape, on lines of its own.
func namesIn(text []byte) (names map[string]bool, all bool) {
	names, all = map[string]bool{}, true
	for rest := text; ; {
		at := bytes.Index(rest, []byte("name"))
		if at < 0 {
			return names, all
		}
		rest = rest[at+len("name"):]
		after := bytes.TrimLeft(bytes.TrimLeft(rest, `"'`), " \t")
		if len(after) == 0 || after[0] != ':' {
			continue
		}
		after = bytes.TrimLeft(after[1:], " \t")
		name := bytes.Trim(after[:nameEnd(after)], `"'`)
		if len(name) == 0 || bytes.ContainsAny(name, `&*!|>\?<`) {
			all = false
			continue
		}
		names[string(name)] = true
	}
}

// nameEnd returns where a plain or quoted name ends.
func nameEnd(text []byte) int {
	if end := bytes.IndexAny(text, " \t\r\n,}]#"); end >= 0 {
		return end
	}
	return len(text)
}
