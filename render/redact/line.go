package redact

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// mask stands for what is hidden.
const mask = "***"

// redact returns the lines of a document with what may be a secret hidden. Of a document that
// does not parse nothing is shown.
func (t *text) redact(document []byte) []string {
	lines := slices.Collect(strings.Lines(string(document)))
	f := find(document, lines)
	for i, line := range lines {
		body := strings.TrimRight(line, "\r\n")
		isOurs := !f.isSecret && len(f.scalars[i]) == 0 && t.isOurs(strings.TrimSpace(body))
		if !f.literal[i] && !isOurs && !marker().MatchString(body) {
			lines[i] = redactLine(body, f.scalars[i]) + line[len(body):]
		}
	}
	return lines
}

// isOurs reports whether a line of a hidden text, such as a config.template.toml, is one that the filter
// writes: a line of the script for jobs, or a setting that leads to the file; in double quotes, with its
// escapes.
func (t *text) isOurs(line string) bool {
	if escaped, ok := strings.CutSuffix(line, `\n\`); ok {
		line = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(strings.TrimSpace(strings.TrimPrefix(escaped, `\`)))
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

// marker matches a line that Helm or a stream of documents has of its own.
var marker = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(---|\.\.\.|# Source: [\w/.-]*)$`) })

// gap matches what YAML writes between scalars, up to the first thing that it does not write.
var gap = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[ \t:\[\]{},]|-[ \t]|-$)*(?:[|>][-+0-9]*[ \t]*$)?`)
})

// redactLine returns a line up to the first thing that is not shown: what YAML itself writes, and the
// scalars that begin in the line, in their order.
func redactLine(line string, scalars []scalar) string {
	rest := line
	for {
		rest = rest[len(gap().FindString(rest)):]
		if rest == "" {
			return line
		}
		written := ""
		if len(scalars) > 0 && scalars[0].shown {
			written = scalars[0].writtenIn(rest)
		}
		if written == "" {
			return line[:len(line)-len(rest)] + mask
		}
		rest, scalars = rest[len(written):], scalars[1:]
	}
}

// writtenIn returns how a scalar is written where a text begins with it; "" where it is written in another
// form than its value, which stays hidden.
func (s scalar) writtenIn(text string) string {
	for _, written := range []string{s.value, `"` + s.value + `"`, `'` + s.value + `'`} {
		if rest, is := strings.CutPrefix(text, written); is && (rest == "" || strings.ContainsRune(" \t:,]}", rune(rest[0]))) {
			return written
		}
	}
	return ""
}
