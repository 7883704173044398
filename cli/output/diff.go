package output

import "strings"

// Diff returns a unified diff of manifests as a screen can show it, in colour if wanted.
func Diff(diff string, colours bool) []byte {
	var out strings.Builder
	number := 0
	for line := range strings.Lines(diff) {
		number++
		shown := Line(strings.TrimRight(line, "\r\n"))
		if code := colour(number, shown); colours && code != "" {
			shown = "\x1b[" + code + "m" + shown + "\x1b[0m"
		}
		out.WriteString(shown + "\n")
	}
	return []byte(out.String())
}

// colour returns the colour of git for a line of a unified diff. The first two lines name the files.
func colour(number int, line string) string {
	switch {
	case number <= 2:
		return "1" // bold
	case strings.HasPrefix(line, "@@"):
		return "36"
	case strings.HasPrefix(line, "-"):
		return "31"
	case strings.HasPrefix(line, "+"):
		return "32"
	}
	return ""
}
