// Package redact shows manifests to people without their secrets.
//
// A list of what is secret always lacks a name, so it is the other way round: a scalar is shown only
// where its path in the object says that it cannot be a secret (kinds, names, images, mounts, labels,
// resources, …). All others, among them every value of env but a few, args, commands, TOML files,
// data and comments, are shown as "***". What the program itself adds is shown.
package redact

import (
	"sort"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"helm-runnertrust/render/yamledit"
)

// Diff returns a unified diff of two streams of manifests, with three lines of context, in which only
// what cannot be a secret is shown. The lines that differ are those of the streams themselves, so that
// a hidden value that changes is seen to change. Script is what the filter writes into the scripts of
// others, whose lines are shown. The result is "" for equal streams.
func Diff(beforeName, afterName string, before, after []byte, script string) (string, error) {
	edits := udiff.Lines(string(before), string(after))
	diff, err := udiff.ToUnifiedDiff(beforeName, afterName, string(before), edits, udiff.DefaultContextLines)
	if err != nil {
		return "", err
	}
	from, to := newText(before, script), newText(after, script)
	for _, hunk := range diff.Hunks {
		fromLine, toLine := hunk.FromLine-1, hunk.ToLine-1
		for i, line := range hunk.Lines {
			if line.Kind == udiff.Insert {
				hunk.Lines[i].Content = to.line(toLine)
			} else {
				hunk.Lines[i].Content = from.line(fromLine)
				fromLine++
			}
			if line.Kind != udiff.Delete {
				toLine++
			}
		}
	}
	return diff.String(), nil
}

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

// line returns a line of the stream, from 0, as it is shown.
func (t *text) line(number int) string {
	doc := t.documents[sort.Search(len(t.documents), func(i int) bool { return t.documents[i].LinesAbove > number })-1]
	if t.redacted[doc] == nil {
		t.redacted[doc] = t.redact(doc.Text)
	}
	return t.redacted[doc][number-doc.LinesAbove]
}
