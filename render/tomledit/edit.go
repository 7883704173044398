package tomledit

import (
	"maps"
	"reflect"
	"strings"
)

// SetTLSCAFile returns the text with tls-ca-file under [[runners]]: on a line of its own below
// the header, or instead of the value that is there. The error is an *EditError.
func (c *Config) SetTLSCAFile(path string) (text string, err error) {
	if old, _, set := c.TLSCAFile(); set && old == path {
		return c.text, nil
	}
	return c.set(tlsCAFile, path, quote(path), tlsCAFile+" = "+quote(path))
}

// WrittenTLSCAFile returns the value of tls-ca-file as the text has it, with its quotes; "" where
// it is not set. RestoreTLSCAFile takes it to undo a later SetTLSCAFile.
func (c *Config) WrittenTLSCAFile() string { return c.written(tlsCAFile) }

// RestoreTLSCAFile returns the text with the tls-ca-file that WrittenTLSCAFile returned before
// SetTLSCAFile; without the setting for "". The error is an *EditError.
func (c *Config) RestoreTLSCAFile(written string) (text string, err error) {
	if written == "" {
		return c.unset(tlsCAFile)
	}
	tree, err := decode("x = " + written)
	value, isString := tree["x"].(string)
	if err != nil || !isString {
		return "", c.refuse(tlsCAFile, "what it was is not a string of TOML", "")
	}
	return c.set(tlsCAFile, value, written, "")
}

// RemoveTLSCAFile returns the text without tls-ca-file under [[runners]], and without its line.
// The error is an *EditError.
func (c *Config) RemoveTLSCAFile() (text string, err error) { return c.unset(tlsCAFile) }

// quote returns a basic string. What it cannot have, control characters, does not parse.
func quote(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// key returns a setting's key as it is spelled; "" where it is not set.
func (c *Config) key(name string) string {
	if keys := spellings(c.table, name); len(keys) > 0 {
		return keys[0]
	}
	return ""
}

func (c *Config) written(name string) string {
	at := c.values[c.key(name)]
	return c.text[at.from:at.to]
}

// set writes a setting, given its value, and how the text has it. add is for the refusal.
func (c *Config) set(name, value, raw, add string) (string, error) {
	key := c.key(name)
	want := maps.Clone(c.table)
	if key != "" {
		want[key] = value
		return c.change(name, c.values[key], raw, want, add)
	}
	want[name] = value
	at, line := c.insertion(c.at, c.indent+name+" = "+raw)
	return c.change(name, span{at, at}, line, want, add)
}

// insertion returns what puts lines at an offset where a line begins, or at the end of the text.
func (c *Config) insertion(at int, lines string) (int, string) {
	if strings.HasSuffix(c.text[:at], "\n") {
		return at, lines + c.lineBreak()
	}
	return at, c.lineBreak() + lines
}

// lineBreak returns how the first line of the text ends.
func (c *Config) lineBreak() string {
	if strings.HasSuffix(c.text[:lineEnd(c.text, 0)], "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// unset takes a setting out with its lines.
func (c *Config) unset(name string) (string, error) {
	key := c.key(name)
	if key == "" {
		return c.text, nil
	}
	want := maps.Clone(c.table)
	delete(want, key)
	return c.change(name, c.wholeLines(c.values[key]), "", want, "")
}

// wholeLines returns the lines of a span, with the break in front of them where they have none
// behind: the opposite of insertion.
func (c *Config) wholeLines(s span) span {
	from, to := lineStart(c.text, s.from), lineEnd(c.text, s.to)
	if to == len(c.text) && !strings.HasSuffix(c.text, "\n") {
		from = len(strings.TrimSuffix(strings.TrimSuffix(c.text[:from], "\n"), "\r"))
	}
	return span{from, to}
}

// change replaces a span, and returns an error where the runner's table is not as wanted then, or
// anything else is not as it was.
func (c *Config) change(name string, at span, with string, want map[string]any, add string) (string, error) {
	if c.at == 0 {
		return "", c.refuse(name, noHeader, add)
	}
	text := c.text[:at.from] + with + c.text[at.to:]
	after, err := Parse(text)
	if err == nil && reflect.DeepEqual(after.tree, c.treeWith(want)) {
		return text, nil
	}
	refused := c.refuse(name, notChanged, add)
	refused.Err = err
	return "", refused
}

// treeWith returns the tree with another table for the runner.
func (c *Config) treeWith(runner map[string]any) map[string]any {
	tree := maps.Clone(c.tree)
	tree[c.array] = []any{runner}
	return tree
}

const (
	notChanged = "it cannot be changed in this text" // the result is not what it should be
	noHeader   = "there is no header [[runners]] to write below"
)

// refuse returns the error of an edit of a setting.
func (c *Config) refuse(name, message, add string) *EditError {
	line := c.Line
	if key := c.key(name); key != "" {
		line = c.lineOf(key)
	}
	return &EditError{Key: name, Line: line, Message: message, Add: add}
}
