package tomledit

import (
	"cmp"
	"maps"
	"reflect"
	"strings"
)

// SetTLSCAFile returns the text with tls-ca-file under [[runners]]: on a line below the header, or
// between the quotes of the value that is there. The error is an *EditError.
//
// To take it back, set the path that TLSCAFile returned before, or call RemoveTLSCAFile where it
// was not set.
func (c *Config) SetTLSCAFile(path string) (text string, err error) {
	line := tlsCAFile + " = " + quote(path, "")
	old, _, set := c.TLSCAFile()
	written := c.written(tlsCAFile)
	switch {
	case set && old == path:
		return c.text, nil
	case path == "" || set && (old == "" || written != quote(old, written)):
		return "", c.refuse(tlsCAFile, "it is not a path between plain quotes", line, nil)
	case !set:
		return c.insert(c.at, tlsCAFile, path, line)
	}
	return c.change(tlsCAFile, c.values[c.key(tlsCAFile)], path, quote(path, written), line)
}

// RemoveTLSCAFile returns the text without tls-ca-file under [[runners]], and without its line.
// The error is an *EditError.
func (c *Config) RemoveTLSCAFile() (text string, err error) { return c.remove(tlsCAFile) }

// quote returns a string of TOML with the quotes of another one. Control characters do not parse
// in it.
func quote(value, like string) string {
	if strings.HasPrefix(like, "'") {
		return "'" + value + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// key returns a setting's key as it is spelled, or as it is to be written.
func (c *Config) key(name string) string { return cmp.Or(append(spellings(c.table, name), name)...) }

// written returns the value of a setting as the text has it, with its quotes.
func (c *Config) written(name string) string {
	at := c.values[c.key(name)]
	return c.text[at.from:at.to]
}

// insert adds indented lines with a setting, at an offset where a line begins or the text ends.
func (c *Config) insert(at int, name string, value any, lines ...string) (string, error) {
	written := "\n" + c.indent + strings.Join(lines, "\n"+c.indent)
	if strings.HasSuffix(c.text[:at], "\n") {
		written = written[1:] + "\n"
	}
	return c.change(name, span{at, at}, value, written, strings.Join(lines, "\n"))
}

// remove takes a setting out with its lines.
func (c *Config) remove(name string) (string, error) {
	if _, _, set := c.String(name); !set {
		return c.text, nil
	}
	return c.change(name, c.wholeLines(c.values[c.key(name)]), nil, "", "")
}

// wholeLines returns the lines of a span, with the break in front of them where they have none
// behind: the opposite of insert.
func (c *Config) wholeLines(s span) span {
	from, to := lineStart(c.text, s.from), lineEnd(c.text, s.to)
	if to == len(c.text) && !strings.HasSuffix(c.text, "\n") {
		from = max(from-1, 0)
	}
	return span{from, to}
}

// change replaces a span. It returns an error where the tree is not the one before with the value
// then. add is what to add by hand.
func (c *Config) change(name string, at span, value any, written, add string) (string, error) {
	text := at.replace(c.text, written)
	after, err := Parse(text)
	if c.at > 0 && err == nil && reflect.DeepEqual(after.tree, c.treeWith(name, value)) {
		return text, nil
	}
	return "", c.refuse(name, notChanged, add, err)
}

// treeWith returns the tree with another value of a setting; without it for nil.
func (c *Config) treeWith(name string, value any) map[string]any {
	runner, tree := maps.Clone(c.table), maps.Clone(c.tree)
	if runner[c.key(name)] = value; value == nil {
		delete(runner, c.key(name))
	}
	tree[c.array] = []any{runner}
	return tree
}

// edited returns the text of an edit, for a second one.
func edited(text string, err error) (*Config, error) {
	if err != nil {
		return nil, err
	}
	return Parse(text)
}

const notChanged = "it cannot be changed in this text" // the result is not what it should be

// refuse returns the error of an edit of a setting.
func (c *Config) refuse(name, message, add string, cause error) *EditError {
	if c.at == 0 {
		message, cause = "there is no header [[runners]] to write below", nil
	}
	return &EditError{name, c.lineOf(c.key(name)), message, add, cause}
}
