package tomledit

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
)

// A Config is a text with exactly one [[runners]], whose settings are read as the runner reads them:
// without regard to case. It does not change: edits return the new text.
type Config struct {
	text  string
	tree  map[string]any
	array string         // the key of the [[runners]] as it is spelled
	table map[string]any // its settings
	positions

	volumes func() (all []Volume, fit bool) // read once
}

// The settings of [[runners]] that are edited.
const (
	tlsCAFile      = "tls-ca-file"
	preBuildScript = "pre_build_script"
	kubernetes     = "kubernetes"
)

// An Error is a text that the runner would refuse or would read by chance, or an edit that cannot be made
// in the text as it is.
type Error struct {
	Line    int    // from 1; 0 for the whole text
	Key     string // the setting: "pre_build_script"; "" for none
	Message string
	Add     string // the lines to add by hand, in a script in front of the others; "" where that does not help

	Fatal bool      // registration fails with the text for sure
	Each  []*Config // of each [[runners]], where there are several
}

// Error returns the line, the key, then what is wrong.
func (e *Error) Error() string {
	message := e.Message
	if e.Key != "" {
		message = e.Key + ": " + message
	}
	if e.Line > 0 {
		message = "line " + strconv.Itoa(e.Line) + ": " + message
	}
	return message
}

// maxSize keeps the time in bounds: the parser looks for duplicate keys in a time that grows
// with the square of their number, 0.1 s for a text of this size and 15 s for 1 MiB. Templates
// have some hundred bytes.
const maxSize = 64 << 10

// Parse reads a config.template.toml. Its errors are an *Error. Registration fails on such a text too
// ("configuration template must contain exactly one [[runners]] entry" in commands/register.go of
// gitlab-runner), or reads it by chance; only the limit of 64 KiB is the package's.
func Parse(text string) (*Config, error) {
	tree, err := decode(text)
	if err != nil {
		return nil, err
	}
	c := &Config{text: text, tree: tree, volumes: sync.OnceValues(func() ([]Volume, bool) { return readVolumes(text) })}
	keys := spellings(c.tree, "runners")
	if len(keys) == 0 {
		return nil, &Error{Fatal: true, Message: "there is no [[runners]]; the runner needs exactly one"}
	}
	c.array, c.positions = keys[0], locate(text)
	items, isArray := c.tree[c.array].([]any)
	if isArray && len(items) == 1 {
		c.table, isArray = items[0].(map[string]any)
	}
	switch {
	case len(keys) > 1:
		return nil, c.twice(keys)
	case !isArray:
		return nil, &Error{Fatal: true, Line: c.line, Key: c.array, Message: "it is not an array of tables; the runner needs [[runners]]"}
	case len(items) != 1:
		return nil, c.several(items)
	}
	return c, c.check()
}

// decode returns the tree of a text of a bounded size; the error is an *Error.
func decode(text string) (tree map[string]any, err error) {
	if len(text) > maxSize {
		return nil, &Error{Message: fmt.Sprintf("it has %d bytes, more than %d", len(text), maxSize)}
	}
	if strings.HasPrefix(text, "\ufeff") {
		return nil, &Error{Message: "it begins with a byte order mark, which some versions of the runner refuse"}
	}
	if err := toml.Unmarshal([]byte(text), &tree); err != nil {
		line := 0
		if positioned, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, _ = positioned.Position()
		}
		return nil, &Error{Fatal: true, Line: line, Message: strings.TrimPrefix(err.Error(), "toml: ")}
	}
	return tree, nil
}

// several is the error about several [[runners]], with each of them, and their hosts, by which one knows them.
func (c *Config) several(items []any) error {
	several, hosts := &Error{Fatal: true}, []string{}
	for _, item := range items {
		one := *c
		one.table, _ = item.(map[string]any)
		several.Each = append(several.Each, &one)
		for _, path := range [][]string{{"url"}, {"clone_url"}, {"cache", "s3", "ServerAddress"}} {
			text, _, _ := one.String(path...)
			parts := strings.Split(text, "://")
			if u, err := url.Parse("//" + parts[len(parts)-1]); err == nil && u.Host != "" { // without a password
				hosts = append(hosts, u.Host)
			}
		}
	}
	several.Message = fmt.Sprintf("there are %d [[runners]] (hosts: %s); the runner needs exactly one", len(items), cmp.Or(strings.Join(hosts, ", "), "none"))
	return several
}

func (c *Config) twice(keys []string, table ...string) error {
	return &Error{Line: c.lineOf(append(table, keys[1])...), Key: keys[1],
		Message: "it is also written as " + keys[0] + ", and the runner takes one of them by chance"}
}

// Value returns what is at a path of keys below [[runners]], as in Value("cache", "s3", "ServerAddress"), with its line
// or that of the table around it (from 1); nil where it is not set.
func (c *Config) Value(path ...string) (value any, line int) {
	value, spelled, _ := c.walk(path) // checked by Parse
	return value, c.lineOf(spelled...)
}

// String returns the string at a path of keys as Value does; line 0 and false where there is none.
func (c *Config) String(path ...string) (value string, line int, set bool) {
	found, line := c.Value(path...)
	if value, set = found.(string); !set {
		line = 0
	}
	return value, line, set
}

// TLSCAFile returns tls-ca-file as String does. The runner takes an empty one for not set.
func (c *Config) TLSCAFile() (value string, line int, set bool) { return c.String(tlsCAFile) }

// walk returns the value at a path of keys, and the keys as they are spelled. Where the path ends
// early, the value is nil.
func (c *Config) walk(path []string) (value any, spelled []string, err error) {
	value = c.table
	for _, name := range path {
		table, _ := value.(map[string]any)
		keys := spellings(table, name)
		if len(keys) == 0 {
			return nil, spelled, err
		}
		if len(keys) > 1 {
			err = c.twice(keys, spelled...)
		}
		spelled = append(spelled, keys[0])
		value = table[keys[0]]
	}
	return value, spelled, err
}

// spellings returns the keys of a table that the runner takes for a name, the usual spelling
// first. Its library compares without regard to case (unifyStruct in decode.go of
// github.com/BurntSushi/toml, 0.3.1 to 1.6.0).
func spellings(table map[string]any, name string) []string {
	var keys []string
	for key := range table {
		if strings.EqualFold(key, name) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	if at := slices.Index(keys, name); at > 0 {
		keys = slices.Insert(slices.Delete(keys, at, at+1), 0, name)
	}
	return keys
}

// A Switch is a line that turns off the check of certificates, so that trust does not matter.
type Switch struct {
	Name string // "GIT_SSL_NO_VERIFY", "sslVerify", "tls-skip-verify", "NODE_TLS_REJECT_UNAUTHORIZED"
	Line int    // from 1
}

// switches match where a switch is set, and not where a script reads it. Git takes any value of
// GIT_SSL_NO_VERIFY for yes, also "false" and an empty one (http.c; tried with 2.39).
var switches = map[string]string{
	"GIT_SSL_NO_VERIFY":            isSet + `GIT_SSL_NO_VERIFY` + anyQuote + `\s*=`,
	"NODE_TLS_REJECT_UNAUTHORIZED": isSet + `NODE_TLS_REJECT_UNAUTHORIZED` + anyQuote + `\s*=\s*` + anyQuote + `0\b`,
	"sslVerify":                    `(?i)sslVerify` + anyQuote + `[\s=]+` + anyQuote + `(false|no|off|0)\b`,
	"tls-skip-verify":              `(?i)--tls-skip-verify|tls-skip-verify["']?\s*=\s*true`,
}

const isSet, anyQuote = `(^|[^${])`, `\\?["']?`

// Switches returns the switches in a text, by line: in environment, in scripts, and among the
// settings. Comments have none.
func Switches(text string) (found []Switch) {
	for i, line := range strings.Split(text, "\n") {
		for _, name := range slices.Sorted(maps.Keys(switches)) {
			hasName := strings.Contains(strings.ToLower(line), strings.ToLower(name)) && !strings.HasPrefix(strings.TrimSpace(line), "#")
			if hasName && regexp.MustCompile(switches[name]).MatchString(line) {
				found = append(found, Switch{name, i + 1})
			}
		}
	}
	return found
}
