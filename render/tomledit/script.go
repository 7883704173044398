package tomledit

import (
	"cmp"
	"fmt"
	"strings"
)

// The lines around those of PrependPreBuildScript. Shells take them for comments.
const (
	ScriptBegin = "# helm-runnertrust: begin"
	ScriptEnd   = "# helm-runnertrust: end"
)

// OwnScript returns the lines that PrependPreBuildScript has put into pre_build_script, without
// those around them. set reports whether there are any.
func (r Runner) OwnScript() (lines string, set bool) {
	script, _, _ := r.PreBuildScript()
	at, err := marked(script, ScriptBegin, ScriptEnd)
	if err != nil || at.to == 0 {
		return "", false
	}
	_, lines, _ = strings.Cut(script[at.from:at.to], "\n")
	return lines[:lineStart(lines, strings.Index(lines, ScriptEnd))], true
}

// PrependPreBuildScript returns the text with lines of shell in front of those of
// pre_build_script under [[runners]], between ScriptBegin and ScriptEnd; the key is added if it
// is not there. Lines of an earlier call are replaced. A value on one line gets more lines between
// three of its quotes. The error is an *EditError.
func (c *Config) PrependPreBuildScript(lines string) (text string, err error) {
	block := ScriptBegin + "\n" + strings.TrimSuffix(lines, "\n") + "\n" + ScriptEnd + "\n"
	if _, err := marked(block, ScriptBegin, ScriptEnd); err != nil {
		return "", c.refuse(preBuildScript, "the lines have one of those around them", "", nil)
	}
	if c, err = edited(c.RemovePreBuildScript()); err != nil {
		return "", err
	}
	old, _, set := c.PreBuildScript()
	if !set { // LF also among CRLF: version 0.3.1 of the runner's library drops no other
		return c.insert(c.at, preBuildScript, block, preBuildScript+" = '''\n"+block+"'''")
	}
	quotes, lineBreak, between := unquote(c.written(preBuildScript))
	if len(quotes) == 1 {
		quotes = strings.Repeat(quotes, 3) // without a line break, by which RemovePreBuildScript knows
	} else if lineBreak == "" || between == "" {
		return "", c.refuse(preBuildScript, "it does not begin on a line below its quotes", block, nil)
	}
	return c.change(preBuildScript, c.values[c.key(preBuildScript)], block+old, quotes+lineBreak+block+between+quotes, block)
}

// RemovePreBuildScript returns the text without what PrependPreBuildScript has added, to the byte.
// The error is an *EditError.
func (c *Config) RemovePreBuildScript() (text string, err error) {
	value, _, _ := c.PreBuildScript()
	quotes, lineBreak, between := unquote(c.written(preBuildScript))
	inValue, err := marked(value, ScriptBegin, ScriptEnd)
	inText, inTextErr := marked(between, ScriptBegin, ScriptEnd)
	if err = cmp.Or(err, inTextErr); err != nil {
		return "", c.refuse(preBuildScript, err.Error(), "", nil)
	}
	rest := inText.replace(between, "")
	switch {
	case inValue.to == 0 && inText.to == 0:
		return c.text, nil
	case lineBreak != "" && rest == "":
		return c.remove(preBuildScript)
	case lineBreak == "" && (inText.from > 0 || strings.Contains(rest, "\n")):
		return "", c.refuse(preBuildScript, "it does not begin on a line below its quotes", "", nil)
	case lineBreak == "" && quotes != "":
		quotes = quotes[:1]
	}
	return c.change(preBuildScript, c.values[c.key(preBuildScript)], inValue.replace(value, ""), quotes+lineBreak+rest+quotes, "")
}

// unquote takes a string of TOML apart: its quotes, a line break behind them that is not part of
// the value, and what is between that and the quotes at the end.
func unquote(written string) (quotes, lineBreak, between string) {
	for _, quotes := range []string{`"""`, `'''`, `"`, `'`} {
		if between, found := strings.CutPrefix(written, quotes); found && len(between) >= len(quotes) {
			between = between[:len(between)-len(quotes)]
			rest := strings.TrimPrefix(strings.TrimPrefix(between, "\r"), "\n")
			return quotes, strings.TrimSuffix(between, rest), rest
		}
	}
	return "", "", ""
}

// marked returns where the lines from one comment to another are in a text, with both; 0, 0 where
// there are none.
func marked(text, begin, end string) (span, error) {
	from, to := strings.Index(text, begin), strings.Index(text, end)
	if from < 0 && to < 0 {
		return span{}, nil
	}
	if strings.Count(text, begin) != 1 || strings.Count(text, end) != 1 || from > to {
		return span{}, fmt.Errorf("its lines %q and %q are not one pair", begin, end)
	}
	return span{lineStart(text, from), lineEnd(text, to)}, nil
}
