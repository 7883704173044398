package tomledit

import (
	"maps"
	"slices"
)

// A Config is a text with exactly one [[runners]], whose settings are the embedded Runner's. It
// does not change: edits return the new text.
type Config struct {
	Runner
	text  string
	tree  map[string]any
	array string // the key of the [[runners]] as it is spelled
}

// The settings of [[runners]] that are edited.
const (
	tlsCAFile      = "tls-ca-file"
	preBuildScript = "pre_build_script"
)

// Parse reads a config.template.toml. Its errors are a *SyntaxError, a *RunnersError or a
// *SettingError. Registration fails on such a text too, or reads it by chance; only the limit of
// 64 KiB is the package's.
func Parse(text string) (*Config, error) {
	tree, err := decode(text)
	if err != nil {
		return nil, err
	}
	runners, line := locate(text)
	keys := spellings(tree, "runners")
	if len(keys) == 0 {
		return nil, &RunnersError{}
	}
	items, isArray := tree[keys[0]].([]any)
	if len(runners) == 0 { // an inline array
		runners = slices.Repeat([]Runner{{Line: line}}, len(items))
	}
	for i := 0; isArray && i < len(items); i++ {
		runners[i].table, isArray = items[i].(map[string]any)
	}
	switch {
	case len(keys) > 1:
		return nil, twice(keys, line)
	case !isArray:
		return nil, &SettingError{keys[0], line, "it is not an array of tables; the runner needs [[runners]]"}
	case len(runners) != 1:
		return nil, &RunnersError{runners}
	}
	c := &Config{runners[0], text, tree, keys[0]}
	return c, c.check()
}

// check returns an error where the runner would refuse a setting, or read it by chance.
func (c *Config) check() error {
	for _, path := range [][]string{{}, {"kubernetes"}, {"kubernetes", "volumes"}, {"cache"}, {"cache", "s3"}} {
		value, spelled := c.walk(path)
		table, _ := value.(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(table)) {
			if keys := spellings(table, key); len(keys) > 1 {
				return twice(keys, c.lineOf(append(spelled, keys[1])...))
			}
		}
	}
	for _, path := range [][]string{
		{tlsCAFile}, {preBuildScript}, {"executor"}, {"shell"}, {"clone_url"}, {"kubernetes", "namespace"}, {"cache", "s3", "ServerAddress"},
	} {
		value, spelled := c.walk(path)
		if _, isString := value.(string); !isString && len(spelled) == len(path) {
			return &SettingError{spelled[len(path)-1], c.lineOf(spelled...), "it is not a string"}
		}
	}
	return nil
}

func twice(keys []string, line int) *SettingError {
	return &SettingError{keys[1], line, "it is also written as " + keys[0] + ", and the runner takes one of them by chance"}
}
