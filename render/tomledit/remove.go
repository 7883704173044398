package tomledit

import "strings"

// RemoveTLSCAFile returns the text without tls-ca-file under [[runners]]: what SetTLSCAFile added
// goes, with its line. The error is an *EditError.
func (c *Config) RemoveTLSCAFile() (text string, err error) {
	old, set := c.runner.settings[tlsCAFile]
	if !set {
		return c.text, nil
	}
	from, to := c.rangeOf(old)
	text = c.text[:from] + c.text[to:]
	after, err := Parse(text)
	if err == nil && equal(after.tree, c.treeWithout(old.key)) {
		return text, nil
	}
	refused := c.refuse(tlsCAFile, notChanged, "")
	refused.Err = err
	return "", refused
}

// rangeOf is what goes with a setting: its line, with the break in front of it where it has none
// behind; in an inline table the pair, with one of the commas beside it.
func (c *Config) rangeOf(s setting) (from, to int) {
	if !c.runner.inline {
		from, to = strings.LastIndexByte(c.text[:s.from], '\n')+1, lineEnd(c.text, s.to)
		if to == len(c.text) && !strings.HasSuffix(c.text, "\n") {
			from = len(strings.TrimSuffix(strings.TrimSuffix(c.text[:from], "\n"), "\r"))
		}
		return from, to
	}
	from = strings.LastIndexAny(c.text[:s.from], "{,") + 1
	if next := strings.TrimLeft(c.text[s.to:], " \t"); strings.HasPrefix(next, ",") {
		return from, len(c.text) - len(next) + len(",")
	}
	return max(from-len(","), c.runner.at), s.to
}
