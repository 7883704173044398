package tomledit

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A Switch is a line that turns off the check of certificates, so that trust does not matter.
type Switch struct {
	Name string // "GIT_SSL_NO_VERIFY", "sslVerify", "tls-skip-verify", "NODE_TLS_REJECT_UNAUTHORIZED"
	Line int    // from 1
}

// switches match where a switch is set, and not where a script reads it. Git takes any value of
// GIT_SSL_NO_VERIFY for yes, also "false" and an empty one (http.c; tried with 2.39).
var switches = sync.OnceValue(func() map[string]*regexp.Regexp {
	const set, quote = `(^|[^${])`, `\\?["']?`
	return map[string]*regexp.Regexp{
		"GIT_SSL_NO_VERIFY":            regexp.MustCompile(set + `GIT_SSL_NO_VERIFY` + quote + `\s*=`),
		"NODE_TLS_REJECT_UNAUTHORIZED": regexp.MustCompile(set + `NODE_TLS_REJECT_UNAUTHORIZED` + quote + `\s*=\s*` + quote + `0\b`),
		"sslVerify":                    regexp.MustCompile(`(?i)sslVerify` + quote + `[\s=]+` + quote + `(false|no|off|0)\b`),
		"tls-skip-verify":              regexp.MustCompile(`(?i)--tls-skip-verify|tls-skip-verify["']?\s*=\s*true`),
	}
})

// Switches returns the switches in the text, by line: in environment, in scripts, and among the
// settings. Comments have none.
func (c *Config) Switches() (found []Switch) {
	for i, line := range strings.Split(c.text, "\n") {
		for _, name := range slices.Sorted(maps.Keys(switches())) {
			if switches()[name].MatchString(line) && !strings.HasPrefix(strings.TrimSpace(line), "#") {
				found = append(found, Switch{name, i + 1})
			}
		}
	}
	return found
}
