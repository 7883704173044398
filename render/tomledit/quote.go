package tomledit

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A form is one of the four ways to write a string, named by its quotes.
type form string

const (
	basic        form = `"`
	literal      form = `'`
	multiBasic   form = `"""`
	multiLiteral form = `'''`
)

// formOf is the form of a string in the text, given with its quotes.
func formOf(raw string) form {
	for _, f := range []form{multiBasic, multiLiteral, literal} {
		if strings.HasPrefix(raw, string(f)) && len(raw) >= 2*len(f) {
			return f
		}
	}
	return basic
}

func (f form) escapes() bool { return f == basic || f == multiBasic }

func (f form) multiLine() bool { return f == multiBasic || f == multiLiteral }

// content is where the characters of a string begin and end in its text. The first line break
// of a multi-line string is not one of them.
func (f form) content(raw string) (from, to int) {
	from, to = len(f), len(raw)-len(f)
	if !f.multiLine() {
		return from, to
	}
	for _, end := range []string{"\n", "\r\n"} {
		if strings.HasPrefix(raw[from:], end) {
			return from + len(end), to
		}
	}
	return from, to
}

// holds reports whether a literal form can have a value, without control characters, as it is.
func (f form) holds(value string) bool { return !strings.Contains(value, string(f)) }

// quote is a string that is written anew.
func (f form) quote(value string) string {
	open := string(f)
	if f.multiLine() {
		open += "\n" // LF also among CRLF: version 0.3.1 of the runner's library drops no other
	}
	if f.escapes() {
		value = f.escape(value)
	}
	return open + value + string(f)
}

// escape is a value between the quotes of a basic string.
func (f form) escape(value string) string {
	var out strings.Builder
	quotes := 0
	for i, r := range value {
		rest := value[i+1:] // where r is one byte
		if r != '"' {
			quotes = 0
		}
		switch {
		case r == '\\' && f == multiBasic && strings.HasPrefix(rest, "\n"):
			// Version 0.3.1 of the runner's library joins lines at each backslash before a
			// line break, also at an escaped one (stripEscapedWhitespace in parse.go).
			out.WriteString(`\u005C`)
		case r == '\\':
			out.WriteString(`\\`)
		case r == '"':
			quotes++
			if f == basic || quotes == len(multiBasic) || rest == "" {
				out.WriteByte('\\')
				quotes = 0
			}
			out.WriteByte('"')
		case r == '\n' && f == basic:
			out.WriteString(`\n`)
		case r == '\t' && f == basic:
			out.WriteString(`\t`)
		case r == '\n', r == '\t', r >= ' ' && r != 0x7f:
			out.WriteRune(r)
		default:
			fmt.Fprintf(&out, `\u%04X`, r)
		}
	}
	return out.String()
}

// offset is where in the content of a string its value's byte n comes from.
func (f form) offset(content string, n int) int {
	if !f.escapes() {
		return n
	}
	at := 0
	for n > 0 && at < len(content) {
		if content[at] != '\\' {
			at++
			n--
			continue
		}
		length, bytes := escapeSequence(content[at:])
		at += length
		n -= bytes
	}
	return at
}

// escapeSequence is the length of the escape sequence that a text begins with, and how many
// bytes it stands for.
func escapeSequence(text string) (length, bytes int) {
	switch text[1] {
	case 'x':
		length = len(`\xFF`)
	case 'u':
		length = len(`\uFFFF`)
	case 'U':
		length = len(`\UFFFFFFFF`)
	case ' ', '\t', '\r', '\n': // the end of a line, which goes with all blanks that follow
		return len(text) - len(strings.TrimLeft(text[1:], " \t\r\n")), 0
	default:
		return len(`\n`), 1
	}
	code, err := strconv.ParseUint(text[2:length], 16, 32)
	if err != nil {
		return length, 1 // not reached: the text has been parsed
	}
	return length, utf8.RuneLen(rune(code))
}
