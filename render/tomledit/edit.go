package tomledit

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// SetTLSCAFile returns the text with tls-ca-file under [[runners]]: on a line of its own below
// the header, or in the place of the value that is there. The error is an *EditError.
func (c *Config) SetTLSCAFile(path string) (text string, err error) {
	if !utf8.ValidString(path) {
		return "", c.refuse(tlsCAFile, "the path is not UTF-8", "")
	}
	old, set := c.runner.settings[tlsCAFile]
	if !set {
		return c.add(tlsCAFile, path, basic.quote(path))
	}
	if old.value == path {
		return c.text, nil
	}
	f := formOf(c.text[old.from:old.to])
	if f != literal || !literal.holds(path) || strings.ContainsFunc(path, unicode.IsControl) {
		f = basic
	}
	return c.change(tlsCAFile, path, edit{old.from, old.to, f.quote(path)})
}

// An edit puts text in the place of a range of the old text.
type edit struct {
	from, to int
	text     string
}

// add writes a setting that is not there yet.
func (c *Config) add(name, value, quoted string) (string, error) {
	at, pair := c.runner.at, name+" = "+quoted
	switch {
	case c.runner.inline:
		pair = c.inlinePair(pair)
	case strings.HasSuffix(c.text[:at], "\n"):
		pair = c.runner.indent + pair + c.lineBreak()
	default: // the header is the last line, without its end
		pair = c.lineBreak() + c.runner.indent + pair
	}
	return c.change(name, value, edit{at, at, pair})
}

// inlinePair is a pair that comes first in an inline table, with the blanks around it that are
// not there yet.
func (c *Config) inlinePair(pair string) string {
	if !c.runner.empty {
		pair += ","
	}
	if !strings.ContainsAny(c.text[c.runner.at:c.runner.at+1], " \t\r\n") {
		pair += " "
	}
	return " " + pair
}

// lineBreak is how the lines of the text end: the header's, or the first one.
func (c *Config) lineBreak() string {
	before := c.text[:c.runner.at]
	if !strings.HasSuffix(before, "\n") {
		before = c.text[:lineEnd(c.text, 0)]
	}
	if strings.HasSuffix(before, "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// change makes an edit of a setting, and holds that it did what it is for and nothing else.
func (c *Config) change(name, value string, e edit) (string, error) {
	text := c.text[:e.from] + e.text + c.text[e.to:]
	key := name
	if old, set := c.runner.settings[name]; set {
		key = old.key
	}
	after, err := Parse(text)
	if err == nil && equal(after.tree, c.treeWith(key, value)) {
		return text, nil
	}
	refused := c.refuse(name, notChanged, "")
	refused.Err = err
	return "", refused
}

// notChanged is an edit whose result was not what it should be.
const notChanged = "it cannot be changed in this text"

// refuse makes the error of an edit of a setting.
func (c *Config) refuse(name, message, add string) *EditError {
	line := c.runner.line
	if old, set := c.runner.settings[name]; set {
		line = old.line
	}
	return &EditError{Key: name, Line: line, Message: message, Add: add}
}
