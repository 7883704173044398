package tomledit

import (
	"strconv"
	"strings"
)

// WrittenTLSCAFile returns the value of tls-ca-file for RestoreTLSCAFile, in quotes; "" where it is
// not set.
func (c *Config) WrittenTLSCAFile() string {
	if old, set := c.runner.settings[tlsCAFile]; set {
		return strconv.Quote(old.value)
	}
	return ""
}

// RestoreTLSCAFile returns the text with the tls-ca-file that WrittenTLSCAFile returned before
// SetTLSCAFile; without the setting for "". The error is an *EditError.
func (c *Config) RestoreTLSCAFile(written string) (text string, err error) {
	if written == "" {
		return c.RemoveTLSCAFile()
	}
	value, err := strconv.Unquote(written)
	if err != nil {
		return "", c.refuse(tlsCAFile, "what it was is not a string", "")
	}
	return c.SetTLSCAFile(value)
}

// WrittenPreBuildScript returns the quotes of pre_build_script for RestorePreBuildScript; "" where it
// is not set.
func (c *Config) WrittenPreBuildScript() string {
	if old, set := c.runner.settings[preBuildScript]; set {
		return string(formOf(c.text[old.from:old.to]))
	}
	return ""
}

// RestorePreBuildScript returns the text without the lines of PrependPreBuildScript, and without the
// setting where written is "". The error is an *EditError.
func (c *Config) RestorePreBuildScript(written string) (text string, err error) {
	old := c.runner.settings[preBuildScript]
	from, to, err := ownRange(old.value)
	if err != nil || to == 0 {
		return c.text, err
	}
	if written != "" {
		value := old.value[:from] + old.value[to:]
		raw := c.text[old.from:old.to]
		restored := form(written).quote(value)
		if f := formOf(raw); f == form(written) {
			restored = strings.Replace(f.splice(raw, from, to, ""), string(f)+"\n\n", string(f)+"\n", 1)
		}
		return c.change(preBuildScript, value, edit{old.from, old.to, restored})
	}
	start, end := c.rangeOf(old)
	text = c.text[:start] + c.text[end:]
	if after, err := Parse(text); err != nil || !equal(after.tree, c.treeWithout(old.key)) {
		return "", c.refuse(preBuildScript, notChanged, "")
	}
	return text, nil
}
