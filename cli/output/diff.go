package output

import "strings"

// Diff returns a unified diff of manifests as a screen can show it, in the colours of git if wanted.
func Diff(diff string, colours bool) []byte {
	var out strings.Builder
	names := 2 // lines that name the files are bold
	for line := range strings.Lines(diff) {
		shown := Line(strings.TrimRight(line, "\r\n"))
		code := map[byte]string{'@': "36", '-': "31", '+': "32"}[line[0]]
		if names > 0 {
			code, names = "1", names-1
		}
		if colours && code != "" {
			shown = "\x1b[" + code + "m" + shown + "\x1b[0m"
		}
		out.WriteString(shown + "\n")
	}
	return []byte(out.String())
}
