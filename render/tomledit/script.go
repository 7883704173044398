package tomledit

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The lines around our part of a script. Shells take them for comments.
const (
	ScriptBegin = "# helm-runnertrust: begin"
	ScriptEnd   = "# helm-runnertrust: end"
)

// OwnScript is the lines that PrependPreBuildScript has put into pre_build_script, without
// those around them. set reports whether there are any.
func (c *Config) OwnScript() (lines string, set bool) {
	script := c.runner.settings[preBuildScript].value
	from, to, err := ownRange(script)
	if err != nil || to == 0 {
		return "", false
	}
	_, lines, _ = strings.Cut(script[from:to], "\n")
	return lines[:strings.LastIndex(lines, ScriptEnd)], true
}

// PrependPreBuildScript returns the text with lines of shell in front of those of
// pre_build_script under [[runners]], between ScriptBegin and ScriptEnd; the key is added if it
// is not there. Lines of an earlier call are replaced where they are. The value stays in its
// form where it spans lines already, and becomes a multi-line string of the same kind where
// not. The error is an *EditError.
func (c *Config) PrependPreBuildScript(lines string) (text string, err error) {
	if fault := faultIn(lines); fault != "" {
		return "", c.refuse(preBuildScript, fault, "")
	}
	own := ScriptBegin + "\n" + strings.TrimSuffix(lines, "\n") + "\n" + ScriptEnd + "\n"
	old, set := c.runner.settings[preBuildScript]
	if !set {
		return c.add(preBuildScript, own, c.scriptForm(own).quote(own))
	}
	from, to, err := ownRange(old.value)
	if err != nil {
		return "", c.refuse(preBuildScript, err.Error(), own)
	}
	value := old.value[:from] + own + old.value[to:]
	if value == old.value {
		return c.text, nil
	}
	raw := c.text[old.from:old.to]
	switch f := formOf(raw); {
	case f == multiLiteral && !f.holds(own):
		return "", c.refuse(preBuildScript, "its quotes cannot hold lines with "+string(f), own)
	case f.multiLine(), f == basic && (to > 0 || c.runner.inline):
		raw = f.splice(raw, from, to, own)
	case f == basic: // what is escaped stays as it is
		raw = strings.TrimSuffix(multiBasic.quote(own), string(multiBasic)) + raw[len(f):len(raw)-len(f)] + string(multiBasic)
	default:
		raw = c.scriptForm(value).quote(value)
	}
	return c.change(preBuildScript, value, edit{old.from, old.to, raw})
}

// faultIn is what is wrong with lines to be added.
func faultIn(lines string) string {
	switch {
	case strings.TrimSpace(lines) == "":
		return "there are no lines to add"
	case !utf8.ValidString(lines):
		return "the lines are not UTF-8"
	case strings.ContainsFunc(lines, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		return "the lines have control characters"
	}
	if _, to, err := ownRange(lines); err != nil || to > 0 {
		return fmt.Sprintf("the lines have one that is %q or %q", ScriptBegin, ScriptEnd)
	}
	return ""
}

// ownRange is where our lines are in a script, with those around them; 0, 0 where there are
// none.
func ownRange(script string) (from, to int, err error) {
	begins, ends, at := 0, 0, 0
	for line := range strings.Lines(script) {
		switch strings.TrimRight(line, "\r\n") {
		case ScriptBegin:
			begins++
			from = at
		case ScriptEnd:
			ends++
			to = at + len(line)
		}
		at += len(line)
	}
	if begins == 0 && ends == 0 || begins == 1 && ends == 1 && from < to {
		return from, to, nil
	}
	return 0, 0, fmt.Errorf("its lines %q and %q are not one pair", ScriptBegin, ScriptEnd)
}

// scriptForm is the form for a script that is written anew. An inline table stays on its line.
func (c *Config) scriptForm(script string) form {
	switch {
	case c.runner.inline:
		return basic
	case multiLiteral.holds(script):
		return multiLiteral
	}
	return multiBasic
}

// splice puts text in the place of a range of a string's value, where nothing else changes.
func (f form) splice(raw string, from, to int, text string) string {
	start, end := f.content(raw)
	content := raw[start:end]
	if f.escapes() {
		text = f.escape(text)
	}
	if f.multiLine() && from == 0 && start == len(f) {
		text = "\n" + text // which is not part of the value
	}
	return raw[:start] + content[:f.offset(content, from)] + text + content[f.offset(content, to):] + raw[end:]
}
