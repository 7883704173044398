package cli

import (
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"helm-runnertrust/render"
)

// diff is a unified diff, without the values of Secrets unless they are asked for. It is in colour
// where a person looks at it, unless they do not want that (https://no-color.org).
func (p *program) diff(name string, before, after []byte, showSecrets bool) []byte {
	if !showSecrets {
		before, after = render.MaskSecrets(before), render.MaskSecrets(after)
	}
	text := udiff.Unified(name, name+" (with runnertrust)", string(before), string(after))
	if noColor, found := p.Env("NO_COLOR"); found && noColor != "" || !isTerminal(p.Stdout) {
		return []byte(text)
	}
	return []byte(colour(text))
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
