package advice

import (
	"strings"
	"unicode"
)

// Program is how people call the program that Helm runs, whose folder is seldom in PATH.
const Program = "helm runnertrust"

// Quote returns a text as one types it for a word of a command: as it is where no character means
// anything to a shell, else quoted.
func Quote(text string) string {
	if text != "" && IsPlain(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// IsPlain reports whether no character of a text means anything to a shell, wherever it stands.
func IsPlain(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("-_./:=@%+,", c)
	})
}

// Command returns a command, or a part of one, as one types it.
func Command(words ...string) string {
	all := make([]string, 0, len(words))
	for _, word := range words {
		all = append(all, Quote(word))
	}
	return strings.Join(all, " ")
}

// Verify returns verify of a server as one types it.
func Verify(host string) string { return Program + " verify " + Quote(host) }
