// Package output is what the program writes: lines and tables for a screen, JSON, diffs, files, and
// what it has to know of the streams it writes to.
package output

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// longest is how many characters a line may have.
const longest = 1000

// Line returns a text as one line that a terminal can show. Everything from a manifest, a
// certificate, a server, a proxy or Helm reaches a screen through it: control, bidi and zero-width
// characters and line breaks are shown as escapes (\x1b, \u202e, \n), because a name could otherwise
// forge lines. A list that is too long is cut, with the number of what is missing.
func Line(text string) string {
	var escaped strings.Builder
	for _, c := range strings.ToValidUTF8(text, "\ufffd") {
		if isHidden(c) {
			escaped.WriteString(strings.Trim(strconv.QuoteToASCII(string(c)), `"`))
		} else {
			escaped.WriteRune(c)
		}
	}
	text = escaped.String()
	shown := []rune(text)
	if len(shown) <= longest {
		return text
	}
	head := string(shown[:longest])
	if at := strings.LastIndex(head, ", "); at > 0 { // at the end of an item of a list
		return fmt.Sprintf("%s and %d more", head[:at], 1+strings.Count(text[at+2:], ", "))
	}
	return fmt.Sprintf("%s… and %d more characters", head, len(shown)-longest)
}

// isHidden reports whether a character is no visible one, and not the blank. Format characters such
// as bidi controls and zero-width ones are none; emoji selectors and unassigned characters neither.
func isHidden(c rune) bool { return !unicode.IsPrint(c) || unicode.Is(unicode.Variation_Selector, c) }

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
