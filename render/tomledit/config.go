package tomledit

import "slices"

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
// *SettingError. Registration fails on such a text too, or reads it by chance; only the limit of
// 64 KiB is our own.
func Parse(text string) (*Config, error) {
	tree, err := decode(text)
	if err != nil {
		return nil, err
	}
	headers, lines := locate(text)
	array, err := onlyKey(tree, "runners", func(key string) int { return lines[key] })
	if err != nil {
		return nil, err
	}
	runners := headers
	items, isArray := tree[array].([]any)
	if len(headers) == 0 { // an inline array
		runners = slices.Repeat([]Runner{{Line: lines[array]}}, len(items))
	}
	for i, item := range items {
		runners[i].table, isArray = item.(map[string]any)
		if !isArray {
			break
		}
	}
	switch {
	case array != "" && !isArray:
		return nil, &SettingError{array, lines[array], "it is not an array of tables; the runner needs [[runners]]"}
	case len(runners) != 1:
		return nil, &RunnersError{runners}
	}
	c := &Config{runners[0], text, tree, array}
	return c, c.check()
}

// check returns an error where the runner would refuse a setting, or read it by chance.
func (c *Config) check() error {
	for _, name := range []string{tlsCAFile, executor, shell, preBuildScript} {
		key, err := onlyKey(c.table, name, func(key string) int { return c.lineOf(key) })
		if err != nil {
			return err
		}
		if _, isString := c.table[key].(string); key != "" && !isString {
			return &SettingError{key, c.lineOf(key), "it is not a string"}
		}
	}
	return nil
}

// onlyKey returns the key that the runner takes for a name; "" where there is none. With two
// spellings, the runner takes one of them by chance.
func onlyKey(table map[string]any, name string, line func(key string) int) (string, error) {
	keys := spellings(table, name)
	slices.SortFunc(keys, func(a, b string) int { return line(a) - line(b) })
	switch len(keys) {
	case 0:
		return "", nil
	case 1:
		return keys[0], nil
	}
	return "", &SettingError{keys[1], line(keys[1]), "it is written as " + keys[0] + " above, and the runner takes one of them by chance"}
}
