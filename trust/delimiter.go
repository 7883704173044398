package trust

import "strings"

const dashes = "-----"

// readDelimiter reads a BEGIN or END line, as RFC 7468, section 3, has them: five dashes, BEGIN or END, a space,
// the label, five dashes.
func readDelimiter(line string) (keyword, label string, ok bool) {
	inner, begins := strings.CutPrefix(line, dashes)
	inner, ends := strings.CutSuffix(inner, dashes)
	keyword, label, spaced := strings.Cut(inner, " ")
	if !begins || !ends || !spaced || keyword != "BEGIN" && keyword != "END" || !isLabel(label) {
		return "", "", false
	}
	return keyword, label, true
}

// isLabel reports whether a label is printable ASCII in which single hyphens and spaces stand
// between other characters. RFC 7468 allows an empty one too, which names nothing.
func isLabel(label string) bool {
	separated := true // before a character that is neither hyphen nor space
	for _, c := range label {
		separator := c == '-' || c == ' '
		if c < ' ' || c > '~' || separator && separated {
			return false
		}
		separated = separator
	}
	return !separated
}

// nearlyDelimiter reports whether a line that is no delimiter must have been one: it has something
// beside it, or lost dashes, or had them beautified on the way.
func nearlyDelimiter(line string) bool {
	for rest, found := line, true; found; {
		_, rest, found = strings.Cut(rest, dashes)
		rest = strings.TrimLeft(rest, "-")
		if found && beginsWithKeyword(rest, strings.EqualFold) {
			return true
		}
	}
	rest := strings.TrimLeftFunc(line, isDash)
	exact := func(a, b string) bool { return a == b }
	return len(rest) < len(line) && beginsWithKeyword(strings.TrimLeft(rest, " \t\f"), exact)
}

// beginsWithKeyword reports whether BEGIN or END is the first word of a text.
func beginsWithKeyword(text string, equal func(a, b string) bool) bool {
	for _, keyword := range []string{"BEGIN", "END"} {
		n := len(keyword)
		if len(text) >= n && equal(text[:n], keyword) && (len(text) == n || !isWordByte(text[n])) {
			return true
		}
	}
	return false
}

func isWordByte(c byte) bool { return isAlphanumeric(rune(c)) || c == '_' }

func isAlphanumeric(c rune) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// isDash reports whether a character looks like a hyphen: ASCII's, those of Unicode's general
// punctuation, and the minus sign.
func isDash(c rune) bool { return c == '-' || '\u2010' <= c && c <= '\u2015' || c == '\u2212' }

// isHeader reports whether a line is one of the headers of RFC 1421, section 4.6: "Name: value".
func isHeader(line string) bool {
	name, _, found := strings.Cut(line, ":")
	if !found || name == "" || name[0] == '-' || '0' <= name[0] && name[0] <= '9' {
		return false
	}
	return !strings.ContainsFunc(name, func(c rune) bool { return c != '-' && !isAlphanumeric(c) })
}
