package redact

import (
	"bytes"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"

	"helm-runnertrust/render/yamledit"
)

// mask stands for what is hidden.
const mask = "***"

// A text is a stream of manifests, of which those documents are redacted whose lines are asked for.
type text struct {
	documents []*yamledit.Document
	redacted  map[*yamledit.Document][]string
	ours      map[string]bool // lines of texts in YAML that the filter wrote, without the space around them
}

func newText(stream []byte, script string) *text {
	t := &text{documents: yamledit.Split(stream).Documents, redacted: map[*yamledit.Document][]string{}, ours: map[string]bool{}}
	for line := range strings.Lines(script) {
		t.ours[strings.TrimSpace(line)] = true
	}
	return t
}

// line returns a line of the stream, from 0, with a line end.
func (t *text) line(number int) string {
	at := sort.Search(len(t.documents), func(i int) bool { return t.documents[i].LinesAbove() > number }) - 1
	if at < 0 {
		return mask + "\n"
	}
	doc := t.documents[at]
	lines, done := t.redacted[doc]
	if !done {
		lines = t.redact(doc.Text())
		t.redacted[doc] = lines
	}
	if number -= doc.LinesAbove(); number < len(lines) {
		return strings.TrimSuffix(lines[number], "\n") + "\n"
	}
	return mask + "\n"
}

// redact returns the lines of a document with what may be a secret hidden. Of a document that
// does not parse nothing is shown.
func (t *text) redact(document []byte) []string {
	lines := slices.Collect(bytes.Lines(document))
	found, isSecret := shownIn(document, lines)
	redacted := make([]string, 0, len(lines))
	for i, line := range lines {
		if !isSecret && len(found[i]) == 0 && t.isOurs(string(line)) {
			redacted = append(redacted, string(line))
			continue
		}
		redacted = append(redacted, redactLine(string(line), found[i]))
	}
	return redacted
}

// A span is a part of a line that is shown: byte offsets in the line.
type span struct{ start, end int }

// redactLine returns a line with all but the spans hidden, which stand in their order. What YAML itself
// writes between them stays.
func redactLine(line string, spans []span) string {
	body := strings.TrimRight(line, "\r\n")
	end := line[len(body):]
	if isMarker(body) {
		return line
	}
	var out strings.Builder
	at := 0
	for _, s := range spans {
		if s.start < at || s.end > len(body) {
			continue
		}
		out.WriteString(redactGap(body[at:s.start]))
		out.WriteString(body[s.start:s.end])
		at = s.end
	}
	out.WriteString(redactGap(body[at:]))
	return out.String() + end
}

// gap matches what YAML writes between scalars, up to the first thing that it does not write.
var gap = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[ \t:\[\]{},]|-[ \t]|-$)*(?:[|>][-+0-9]*[ \t]*$)?`)
})

// redactGap hides what stands between two spans of a line, but for the punctuation in front of it.
func redactGap(text string) string {
	lead := gap().FindString(text)
	if lead == text {
		return text
	}
	return lead + mask
}

// isMarker reports whether a line is one that Helm or a stream of documents has of its own.
func isMarker(line string) bool {
	return line == "---" || line == "..." || isSourceComment(line)
}

// isSourceComment reports whether a line is Helm's comment on the template of a document.
func isSourceComment(line string) bool {
	name, is := strings.CutPrefix(line, "# Source: ")
	return is && !strings.ContainsFunc(name, func(c rune) bool { return !isPathRune(c) })
}

func isPathRune(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("/._-", c)
}
