package tomledit

import (
	"cmp"
	"maps"
	"reflect"
	"strings"
)

// SetTLSCAFile returns the text with tls-ca-file under [[runners]]: on a line below the header, or
// between the quotes of the value that is there. With "", the setting and its line go. So it is taken back
// with what TLSCAFile returned before. The error is an *Error.
func (c *Config) SetTLSCAFile(path string) (text string, err error) {
	line := tlsCAFile + " = " + quote(path, "")
	old, _, set := c.TLSCAFile()
	written := c.written(tlsCAFile)
	switch {
	case old == path:
		return c.text, nil
	case !set:
		return c.insert(tlsCAFile, path, c.at, line)
	case old == "" || written != quote(old, written):
		return "", c.refuse(tlsCAFile, "it is not a path between plain quotes", line)
	case path == "":
		return c.remove(tlsCAFile, nil, c.values[c.key(tlsCAFile)])
	}
	return c.change(tlsCAFile, path, c.values[c.key(tlsCAFile)], quote(path, written), line)
}

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
func (c *Config) insert(name string, value any, at int, lines ...string) (string, error) {
	written := "\n" + c.indent + strings.Join(lines, "\n"+c.indent)
	if strings.HasSuffix(c.text[:at], "\n") {
		written = written[1:] + "\n"
	}
	return c.change(name, value, span{at, at}, written, strings.Join(lines, "\n"))
}

// remove takes out the lines of a span, with the break in front of them where they have none behind: the
// opposite of insert.
func (c *Config) remove(name string, value any, at span) (string, error) {
	from, to := lineStart(c.text, at.from), lineEnd(c.text, at.to)
	if to == len(c.text) && !strings.HasSuffix(c.text, "\n") {
		from = max(from-1, 0)
	}
	return c.change(name, value, span{from, to}, "", "")
}

// change replaces a span. It returns an error where another setting than this one changes by it, where this
// one has not the value then, or where our lines could not be found again. add is what to add by hand.
func (c *Config) change(name string, value any, at span, written, add string) (string, error) {
	text := at.replace(c.text, written)
	after, err := Parse(text)
	if err != nil {
		return "", c.refuse(name, notChanged+": "+err.Error(), add)
	}
	if c.at == 0 || !reflect.DeepEqual(after.without(name), c.without(name)) || !reflect.DeepEqual(after.value(name), value) {
		return "", c.refuse(name, notChanged, add)
	}
	_, scriptErr := marked(text, ScriptBegin, ScriptEnd)
	_, volumesErr := marked(text, volumesBegin, volumesEnd)
	if err := cmp.Or(scriptErr, volumesErr); err != nil {
		return "", c.refuse(name, err.Error(), "")
	}
	return text, nil
}

// value returns a setting; of kubernetes the volumes, which are added and removed as whole lines.
func (c *Config) value(name string) any {
	if name == kubernetes {
		return c.Volumes()
	}
	return c.table[c.key(name)]
}

// without returns the tree without a setting; of kubernetes without the volumes, with which the table may go.
func (c *Config) without(name string) map[string]any {
	tree, runner := maps.Clone(c.tree), maps.Clone(c.table)
	tree[c.array] = runner
	table, _ := runner[c.key(name)].(map[string]any)
	delete(runner, c.key(name))
	if name == kubernetes {
		table = maps.Clone(table)
		maps.DeleteFunc(table, func(key string, _ any) bool { return strings.EqualFold(key, "volumes") })
		if len(table) > 0 {
			runner[c.key(name)] = table
		}
	}
	return tree
}

const notChanged = "it cannot be changed in this text" // the result is not what it should be

// refuse returns the error of an edit of a setting.
func (c *Config) refuse(name, message, add string) *Error {
	if c.at == 0 {
		message = "there is no header [[runners]] to write below"
	}
	return &Error{Line: c.lineOf(c.key(name)), Key: name, Message: message, Add: add}
}
