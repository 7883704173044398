package yamledit

import (
	"bytes"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// literal plans an edit of a literal block scalar (`|`), line by line: lines that the new value has
// too stay as they are, with the indentation, the chomping and the comment of the header.
func (s *splicer) literal(b *yaml.Node, value string) error {
	old, edited := valueLines(b.Value), valueLines(value)
	first := b.Line + 1 // of the text, the one that old[0] stands on
	indent, ok := s.literalIndent(first, old)
	if !ok {
		return errNoPlace
	}
	for _, change := range lineChanges(old, edited) {
		at, end := s.start(first+change.from), s.start(first+change.to)
		lineEnd := s.lineEnd(s.start(first))
		var insert strings.Builder
		for _, line := range change.insert {
			if line != "" {
				insert.WriteString(indent + line)
			}
			insert.WriteString(lineEnd)
		}
		text := insert.String()
		if end > 0 && !endsLine(s.text[:end]) { // the last line of the text has no break
			if text = strings.TrimSuffix(text, lineEnd); change.from == change.to {
				text = lineEnd + text
			}
		}
		s.edits = append(s.edits, textEdit{at, end, text})
	}
	return nil
}

// valueLines are the lines of a block scalar's value, without the line ends that chomping is about.
func valueLines(value string) []string { return strings.Split(strings.TrimRight(value, "\n"), "\n") }

// literalIndent is what stands in front of each line of a scalar in the text; ok is false where
// the lines of the text from first on are not those of the value.
func (s *splicer) literalIndent(first int, lines []string) (indent string, ok bool) {
	at := slices.IndexFunc(lines, func(line string) bool { return strings.TrimLeft(line, " ") != "" })
	if at < 0 || first+at > len(s.starts) {
		return "", false
	}
	shown := string(s.line(first + at))
	indent = shown[:max(0, strings.Index(shown, lines[at]))]
	for i, line := range lines {
		if first+i > len(s.starts) {
			return "", false
		}
		shown := string(bytes.TrimRight(s.line(first+i), "\r\n"))
		isBlank := line == "" && strings.Trim(shown, " ") == ""
		if shown != indent+line && !isBlank {
			return "", false
		}
	}
	return indent, strings.Trim(indent, " ") == ""
}

// A lineChange puts lines in the place of those from one index up to another.
type lineChange struct {
	from, to int
	insert   []string
}

// lineChanges makes one list of lines out of another: by insertions where that is enough, else by
// replacing what stands between the lines that begin and end both.
func lineChanges(old, edited []string) []lineChange {
	if changes, ok := lineInsertions(old, edited); ok {
		return changes
	}
	prefix := 0
	for prefix < min(len(old), len(edited)) && old[prefix] == edited[prefix] {
		prefix++
	}
	suffix := 0
	for suffix < min(len(old), len(edited))-prefix && old[len(old)-1-suffix] == edited[len(edited)-1-suffix] {
		suffix++
	}
	return []lineChange{{prefix, len(old) - suffix, edited[prefix : len(edited)-suffix]}}
}

// lineInsertions is lineChanges where all old lines stay, in their order.
func lineInsertions(old, edited []string) (changes []lineChange, ok bool) {
	kept := 0
	var pending []string
	for _, line := range edited {
		if kept == len(old) || line != old[kept] {
			pending = append(pending, line)
			continue
		}
		if len(pending) > 0 {
			changes, pending = append(changes, lineChange{kept, kept, pending}), nil
		}
		kept++
	}
	if len(pending) > 0 {
		changes = append(changes, lineChange{kept, kept, pending})
	}
	return changes, kept == len(old)
}
