package output

import (
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Diff returns a unified diff of manifests before and after the post-renderer, in colour if wanted.
func Diff(name string, before, after []byte, colours bool) []byte {
	text := udiff.Unified(name, name+" (with runnertrust)", string(before), string(after))
	if colours {
		text = colour(text)
	}
	return []byte(text)
}

// The colours of git's diffs.
const (
	bold  = "\x1b[1m"
	cyan  = "\x1b[36m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	reset = "\x1b[0m"
)

// colour paints the lines of a unified diff. The first two name the files.
func colour(text string) string {
	var out strings.Builder
	number := 0
	for line := range strings.Lines(text) {
		number++
		paint := ""
		switch {
		case number <= 2:
			paint = bold
		case strings.HasPrefix(line, "@@"):
			paint = cyan
		case strings.HasPrefix(line, "-"):
			paint = red
		case strings.HasPrefix(line, "+"):
			paint = green
		}
		if paint == "" {
			out.WriteString(line)
			continue
		}
		body := strings.TrimRight(line, "\r\n")
		out.WriteString(paint + body + reset + line[len(body):])
	}
	return out.String()
}
