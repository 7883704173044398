package tomledit

import (
	"errors"
	"fmt"
	"strings"
)

// The lines around our part of a script. Shells take them for comments.
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
	return lines[:strings.LastIndex(lines, ScriptEnd)], true
}

// PrependPreBuildScript returns the text with lines of shell in front of those of
// pre_build_script under [[runners]], between ScriptBegin and ScriptEnd; the key is added if it
// is not there. Lines of an earlier call are replaced where they are. A value on one line becomes
// a multi-line string with the same quotes. The error is an *EditError.
func (c *Config) PrependPreBuildScript(lines string) (text string, err error) {
	block := ScriptBegin + "\n" + strings.TrimSuffix(lines, "\n") + "\n" + ScriptEnd + "\n"
	if at, err := marked(block, ScriptBegin, ScriptEnd); err != nil || at.to != len(block) {
		return "", c.refuse(preBuildScript, "the lines have one of those around them", "")
	}
	old, _, set := c.PreBuildScript()
	if !set {
		raw := "'''\n" + block + "'''" // LF also among CRLF: version 0.3.1 of the runner's library drops no other
		return c.set(preBuildScript, block, raw, preBuildScript+" = "+raw)
	}
	s, err := c.script(old)
	if err != nil {
		return "", c.refuse(preBuildScript, err.Error(), block)
	}
	open := s.open
	if s.inRaw.from == 0 && !strings.HasSuffix(open, "\n") {
		open = strings.Repeat(open[:1], 3) + "\n"
	}
	raw := open + s.inRaw.replace(s.raw, block) + strings.Repeat(open[:1], 3)
	return c.set(preBuildScript, s.inValue.replace(old, block), raw, block)
}

// WrittenPreBuildScript returns the quotes that begin the value of pre_build_script, with the line
// break behind them if there is one; "" where it is not set. RestorePreBuildScript takes it to undo
// a later PrependPreBuildScript.
func (c *Config) WrittenPreBuildScript() string {
	open, _ := opening(c.written(preBuildScript))
	return open
}

// RestorePreBuildScript returns the text with the pre_build_script for which WrittenPreBuildScript
// returned written before PrependPreBuildScript; without the setting for "". Where the script has
// no lines of ours, nothing changes. The error is an *EditError.
func (c *Config) RestorePreBuildScript(written string) (text string, err error) {
	old, _, _ := c.PreBuildScript()
	s, err := c.script(old)
	switch {
	case err != nil:
		return "", c.refuse(preBuildScript, err.Error(), "")
	case s.inRaw.to == 0:
		return c.text, nil
	}
	raw, value := s.inRaw.replace(s.raw, ""), s.inValue.replace(old, "")
	if written == "" {
		if raw != "" {
			return "", c.refuse(preBuildScript, "it has lines beside ours", "")
		}
		return c.unset(preBuildScript)
	}
	return c.set(preBuildScript, value, written+raw+strings.TrimRight(written, "\r\n"), "")
}

// A script is pre_build_script, taken apart.
type script struct {
	open           string // the quotes, with the line break behind them
	raw            string // what the text has between the quotes
	inRaw, inValue span   // our lines, with those around them; 0, 0 for none
}

// script takes pre_build_script apart. The error is one where nobody knows which lines are ours.
func (c *Config) script(value string) (s script, err error) {
	if c.at == 0 {
		return s, errors.New(noHeader)
	}
	s.open, s.raw = opening(c.written(preBuildScript))
	if s.inValue, err = marked(value, ScriptBegin, ScriptEnd); err != nil {
		return s, err
	}
	if s.inRaw, err = marked(s.raw, ScriptBegin, ScriptEnd); err != nil {
		return s, err
	}
	if (s.inRaw.to > 0) != (s.inValue.to > 0) {
		return s, fmt.Errorf("its lines %q and %q are not lines of the text", ScriptBegin, ScriptEnd)
	}
	return s, nil
}

// opening splits a string of TOML into its quotes, with a line break that is not part of the
// value, and what is between the quotes.
func opening(raw string) (open, between string) {
	for _, quotes := range []string{`"""`, `'''`, `"`, `'`} {
		if !strings.HasPrefix(raw, quotes) || len(raw) < 2*len(quotes) {
			continue
		}
		between = raw[len(quotes) : len(raw)-len(quotes)]
		for _, end := range []string{"\n", "\r\n"} {
			if rest, found := strings.CutPrefix(between, end); found && len(quotes) > 1 {
				return quotes + end, rest
			}
		}
		return quotes, between
	}
	return "", ""
}

func (s span) replace(text, with string) string { return text[:s.from] + with + text[s.to:] }

// marked returns where the lines from one to another are in a text, indented or not, with both;
// 0, 0 where there are none.
func marked(text, begin, end string) (span, error) {
	var s span
	begins, ends, at := 0, 0, 0
	for line := range strings.Lines(text) {
		switch strings.TrimSpace(line) {
		case begin:
			begins++
			s.from = at
		case end:
			ends++
			s.to = at + len(line)
		}
		at += len(line)
	}
	if begins == 0 && ends == 0 || begins == 1 && ends == 1 && s.from < s.to {
		return s, nil
	}
	return span{}, fmt.Errorf("its lines %q and %q are not one pair", begin, end)
}
