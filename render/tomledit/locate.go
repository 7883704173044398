package tomledit

import (
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// A runner is where the one [[runners]] is in the text.
type runner struct {
	array    string // its key as it is spelled: "runners"
	line     int    // from 1
	at       int    // where a new setting goes: behind the header's line, or behind the brace
	inline   bool   // it is an inline table: runners = [{ … }]
	empty    bool   // an inline table without keys
	indent   string // of its settings
	settings map[string]setting
}

// A setting is a key that this package knows, under its usual name.
type setting struct {
	key      string // as it is spelled
	line     int    // from 1
	from, to int    // where the value is, with its quotes
	value    string
}

// A finder walks over the expressions of a text that is known to parse.
type finder struct {
	text     string
	table    tableKind // that the expressions are in
	array    string
	lines    []int // of each [[runners]]
	runner   runner
	margin   string // of the header
	indented bool   // runner.indent is one that was seen
}

type tableKind int

const (
	inRoot tableKind = iota
	inRunner
	elsewhere
)

// locate finds the one [[runners]], in each form that TOML has for it. Its errors are a
// *RunnersError or a *SettingError.
func locate(text string) (runner, error) {
	var parser unstable.Parser
	parser.Reset(source(text))
	f := finder{text: text}
	for parser.NextExpression() {
		if err := f.expression(parser.Expression()); err != nil {
			return runner{}, err
		}
	}
	if err := parser.Error(); err != nil {
		return runner{}, asSyntaxError(err)
	}
	if len(f.lines) != 1 {
		return runner{}, &RunnersError{f.lines}
	}
	return f.runner, nil
}

func (f *finder) expression(node *unstable.Node) error {
	keys := keysOf(node)
	if node.Kind == unstable.KeyValue {
		switch {
		case f.table == inRunner:
			return f.setting(keys, node.Value())
		case f.table == inRoot && matches(keys[0].name, "runners"):
			return f.inlineArray(keys, node.Value())
		}
		return nil
	}
	f.table = elsewhere
	if !matches(keys[0].name, "runners") {
		return nil
	}
	if err := f.spelled(keys[0]); err != nil {
		return err
	}
	switch {
	case len(keys) > 1:
		return f.subTable(keys)
	case node.Kind == unstable.Table:
		return f.refuse(keys[0], "it is one table; the runner needs [[runners]]")
	}
	f.header(keys[0])
	return nil
}

// spelled holds that all of runners is under one key: with two, the runner takes one of them
// by chance.
func (f *finder) spelled(k key) error {
	if f.array != "" && f.array != k.name {
		return f.refuse(k, "it is written as "+f.array+" above")
	}
	f.array = k.name
	return nil
}

// header is a [[runners]] on a line of its own.
func (f *finder) header(k key) {
	f.table = inRunner
	f.margin = f.indent(k.at)
	f.found(k.at, runner{at: lineEnd(f.text, k.at), indent: f.margin + "  "})
}

// found keeps one [[runners]], at an offset.
func (f *finder) found(at int, r runner) {
	r.array = f.array
	r.line = f.line(at)
	r.settings = map[string]setting{}
	f.lines = append(f.lines, r.line)
	f.runner = r
}

// subTable is [runners.kubernetes] and the like.
func (f *finder) subTable(keys []key) error {
	if known(keys[1].name) != "" {
		return f.refuse(keys[1], "it is a table, not a string")
	}
	if indent := f.indent(keys[0].at); !f.indented && len(f.lines) > 0 {
		f.indented = true
		if len(indent) > len(f.margin) {
			f.runner.indent = indent
		}
	}
	return nil
}

// inlineArray is runners = [{ … }].
func (f *finder) inlineArray(keys []key, value *unstable.Node) error {
	if err := f.spelled(keys[0]); err != nil {
		return err
	}
	if len(keys) > 1 || value.Kind != unstable.Array {
		return f.refuse(keys[0], "it is not an array of tables; the runner needs [[runners]]")
	}
	for items := value.Children(); items.Next(); {
		table := items.Node()
		if table.Kind != unstable.InlineTable {
			return f.refuse(keys[0], "it has an item that is not a table")
		}
		at := int(table.Raw.Offset) + len("{")
		f.found(at, runner{at: at, inline: true, empty: table.Child() == nil})
		for pairs := table.Children(); pairs.Next(); {
			if err := f.setting(keysOf(pairs.Node()), pairs.Node().Value()); err != nil {
				return err
			}
		}
	}
	return nil
}

// setting is a key of a [[runners]].
func (f *finder) setting(keys []key, value *unstable.Node) error {
	if !f.indented && !f.runner.inline {
		f.indented = true
		f.runner.indent = f.indent(keys[0].at)
	}
	name := known(keys[0].name)
	if name == "" {
		return nil
	}
	if len(keys) > 1 || value.Kind != unstable.String {
		return f.refuse(keys[0], "it is not a string")
	}
	if earlier, twice := f.runner.settings[name]; twice {
		return f.refuse(keys[0], "it is written as "+earlier.key+" above, and the runner takes one of them by chance")
	}
	from := int(value.Raw.Offset)
	f.runner.settings[name] = setting{
		key:   keys[0].name,
		line:  f.line(keys[0].at),
		from:  from,
		to:    from + int(value.Raw.Length),
		value: string(value.Data),
	}
	return nil
}

// A key is one part of a key, without quotes and escapes, and its offset in the text.
type key struct {
	name string
	at   int
}

func keysOf(node *unstable.Node) []key {
	var keys []key
	for parts := node.Key(); parts.Next(); {
		keys = append(keys, key{string(parts.Node().Data), int(parts.Node().Raw.Offset)})
	}
	return keys
}

// known is the name of the setting that the runner takes a key for, or "".
func known(key string) string {
	for _, name := range []string{tlsCAFile, executor, shell, preBuildScript} {
		if matches(key, name) {
			return name
		}
	}
	return ""
}

// matches reports whether the runner takes a key for a name. Its library compares without
// regard to case (unifyStruct in decode.go of github.com/BurntSushi/toml, 0.3.1 to 1.6.0).
func matches(key, name string) bool { return strings.EqualFold(key, name) }

func (f *finder) refuse(k key, message string) error {
	return &SettingError{k.name, f.line(k.at), message}
}

// line is the line of an offset, from 1.
func (f *finder) line(at int) int { return 1 + strings.Count(f.text[:at], "\n") }

// indent is the blanks that begin the line of an offset.
func (f *finder) indent(at int) string {
	start := strings.LastIndexByte(f.text[:at], '\n') + 1
	line := strings.TrimPrefix(f.text[start:at], byteOrderMark)
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

// lineEnd is the offset behind the line of another offset, with its line break.
func lineEnd(text string, at int) int {
	if length := strings.IndexByte(text[at:], '\n'); length >= 0 {
		return at + length + 1
	}
	return len(text)
}
