package tomledit

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A Switch is a setting that turns off the check of certificates, so that trust does not matter.
type Switch struct {
	Name string // "GIT_SSL_NO_VERIFY", "sslVerify", "tls-skip-verify", "NODE_TLS_REJECT_UNAUTHORIZED"
	Line int    // from 1
}

// switches match where a switch is set. Git takes any value of GIT_SSL_NO_VERIFY for yes, also an
// empty one (http.c).
var switches = sync.OnceValue(func() map[string]*regexp.Regexp {
	const quote = `\\?["']?`
	return map[string]*regexp.Regexp{
		"GIT_SSL_NO_VERIFY":            regexp.MustCompile(`GIT_SSL_NO_VERIFY` + quote + `\s*=`),
		"sslVerify":                    regexp.MustCompile(`(?i)sslVerify` + quote + `[\s=]+` + quote + `(false|no|off|0)\b`),
		"tls-skip-verify":              regexp.MustCompile(`tls-skip-verify`),
		"NODE_TLS_REJECT_UNAUTHORIZED": regexp.MustCompile(`NODE_TLS_REJECT_UNAUTHORIZED` + quote + `\s*=\s*` + quote + `0\b`),
	}
})

// Switches returns the switches in environment, in the scripts that run before a job's own, and
// tls-skip-verify among the settings, by line.
func (c *Config) Switches() []Switch {
	var found []Switch
	for _, entry := range c.Environment() {
		found = append(found, switchesIn(entry.Text, entry.Line)...)
	}
	for _, name := range []string{"pre_clone_script", "pre_get_sources_script", preBuildScript} {
		script, line, _ := c.String(name)
		if written := c.written(name); written != "" {
			script = written // whose lines are the text's
		}
		found = append(found, switchesIn(script, line)...)
	}
	if on, line, _ := c.Bool("tls-skip-verify"); on {
		found = append(found, Switch{"tls-skip-verify", line})
	}
	slices.SortFunc(found, func(a, b Switch) int {
		return cmp.Or(a.Line-b.Line, strings.Compare(a.Name, b.Name))
	})
	return found
}

// switchesIn returns the switches in a text that begins on a line.
func switchesIn(text string, line int) []Switch {
	var found []Switch
	for part := range strings.Lines(text) {
		for name, pattern := range switches() {
			if pattern.MatchString(part) && !strings.HasPrefix(strings.TrimSpace(part), "#") {
				found = append(found, Switch{name, line})
			}
		}
		line++
	}
	return found
}
