package output

import "strings"

// Diff returns a unified diff of manifests as a screen can show it, in colour if wanted.
func Diff(diff string, colours bool) []byte {
	var lines strings.Builder
	for line := range strings.Lines(diff) {
		lines.WriteString(Line(strings.TrimRight(line, "\r\n")) + "\n")
	}
	if colours {
		return []byte(colour(lines.String()))
	}
	return []byte(lines.String())
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
