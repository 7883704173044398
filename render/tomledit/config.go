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

// The settings of [[runners]] that are edited, or that decide whether an edit makes sense.
const (
	tlsCAFile      = "tls-ca-file"
	executor       = "executor"
	shell          = "shell"
	preBuildScript = "pre_build_script"
)

// Parse reads a config.template.toml. Its errors are a *SyntaxError, a *RunnersError or a
// *SettingError. Registration fails on such a text too, or reads it by chance, unless it has more
// than 64 KiB or its runner no header.
func Parse(text string) (*Config, error) {
	tree, err := decode(text)
	if err != nil {
		return nil, err
	}
	runners, line := locate(text)
	keys := spellings(tree, "runners")
	switch {
	case len(keys) == 0:
		return nil, &RunnersError{}
	case len(keys) > 1:
		return nil, twice(keys, line)
	case len(runners) == 0:
		return nil, &SettingError{keys[0], line, "it has no header; write it as [[runners]] with its settings below"}
	}
	for i, table := range tree[keys[0]].([]any) { // as headers make it
		runners[i].table, _ = table.(map[string]any)
	}
	if len(runners) > 1 {
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
		{tlsCAFile}, {executor}, {shell}, {preBuildScript}, {"clone_url"}, {"kubernetes", "namespace"}, {"cache", "s3", "ServerAddress"},
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
