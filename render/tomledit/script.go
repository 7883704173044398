package tomledit

import (
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
func (c *Config) OwnScript() (lines string, set bool) {
	script, _, _ := c.String(preBuildScript)
	at, err := marked(script, ScriptBegin, ScriptEnd)
	if err != nil || at.to == 0 {
		return "", false
	}
	_, lines, _ = strings.Cut(script[at.from:at.to], "\n")
	return lines[:lineStart(lines, strings.Index(lines, ScriptEnd))], true
}

// PrependPreBuildScript returns the text with lines of shell in front of those of
// pre_build_script under [[runners]], between ScriptBegin and ScriptEnd; the key is added if it
// is not there. A script has to begin below its quotes. The error is an *Error.
func (c *Config) PrependPreBuildScript(lines string) (text string, err error) {
	block := ScriptBegin + "\n" + strings.TrimSuffix(lines, "\n") + "\n" + ScriptEnd + "\n"
	old, _, set := c.String(preBuildScript)
	if !set { // LF also among CRLF: version 0.3.1 of the runner's library drops no other
		return c.insert(preBuildScript, block, c.at, preBuildScript+" = '''\n"+block+"'''")
	}
	written := c.written(preBuildScript)
	first := lineEnd(written, 0)
	if quotes := strings.TrimRight(written[:first], "\r\n"); quotes != "'''" && quotes != `"""` || old == "" {
		return "", c.refuse(preBuildScript, "it does not begin on a line below its quotes", block)
	}
	first += c.values[c.key(preBuildScript)].from
	return c.change(preBuildScript, block+old, span{first, first}, block, block)
}

// RemovePreBuildScript returns the text without what PrependPreBuildScript has added, to the byte.
// The error is an *Error.
func (c *Config) RemovePreBuildScript() (text string, err error) {
	all := c.values[c.key(preBuildScript)]
	at, err := marked(c.text[all.from:all.to], ScriptBegin, ScriptEnd)
	if err != nil {
		return "", c.refuse(preBuildScript, err.Error(), "")
	}
	if at.to == 0 {
		return c.text, nil
	}
	script, _, _ := c.String(preBuildScript)
	inScript, _ := marked(script, ScriptBegin, ScriptEnd)
	rest := inScript.replace(script, "")
	if rest == "" {
		return c.remove(preBuildScript, nil, all)
	}
	return c.change(preBuildScript, rest, span{all.from + at.from, all.from + at.to}, "", "")
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
