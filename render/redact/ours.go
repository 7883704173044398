package redact

import (
	"regexp"
	"strings"
	"sync"
)

// isOurs reports whether a line of a hidden text, such as a config.template.toml, is one that the filter
// writes: a line of the script for jobs, or a setting that leads to the file. In a quoted scalar, lines
// end in an escaped line break.
func (t *text) isOurs(line string) bool {
	line = strings.TrimSpace(line)
	if unescaped, is := strings.CutSuffix(line, `\n\`); is {
		line = strings.TrimSpace(strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\t`, "\t").Replace(unescaped))
	}
	return line != "" && (t.ours[line] || ourSetting().MatchString(line))
}

// ourSetting matches the settings that the filter writes.
var ourSetting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(tls-ca-file = "[-/.\w]+"` +
		`|pre_build_script = ('''|""")` +
		`|\[\[?runners[.\w]*\]\]?` + // of others too: a table's name is no secret
		`|mount_path = "[-/.\w]+"|sub_path = "[-.\w]+"|read_only = true)$`)
})
