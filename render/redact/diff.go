package redact

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Diff returns a unified diff of two streams of manifests, with three lines of context, in which only
// what cannot be a secret is shown. The lines that differ are those of the streams themselves, so that
// a hidden value that changes is seen to change. Script is what the filter writes into the scripts of
// others, whose lines are shown. The result is "" for equal streams.
func Diff(beforeName, afterName string, before, after []byte, script string) string {
	diff := udiff.Unified(beforeName, afterName, string(before), string(after))
	from, to := newText(before, script), newText(after, script)
	var out strings.Builder
	fromLine, toLine := 0, 0
	for i, line := range slices.Collect(strings.Lines(diff)) {
		switch {
		case i < 2: // the names
			out.WriteString(line)
		case line[0] == '@':
			fromLine, toLine = hunkLines(line)
			out.WriteString(line)
		case line[0] == ' ':
			out.WriteString(" " + from.line(fromLine))
			fromLine, toLine = fromLine+1, toLine+1
		case line[0] == '-':
			out.WriteString("-" + from.line(fromLine))
			fromLine++
		case line[0] == '+':
			out.WriteString("+" + to.line(toLine))
			toLine++
		default: // "\ No newline at end of file"
			out.WriteString(line)
		}
	}
	return out.String()
}

// hunkLines returns the lines, from 0, that the header of a hunk names: "@@ -12,7 +12,14 @@".
func hunkLines(header string) (from, to int) {
	starts := func(word string) int {
		number, _, _ := strings.Cut(word[1:], ",")
		line, _ := strconv.Atoi(number) // a header of udiff has numbers only
		return max(line-1, 0)
	}
	words := strings.Fields(header)
	return starts(words[1]), starts(words[2])
}
