package tomledit

// A Config is a text in which the one [[runners]] was found. It does not change: edits return
// the new text.
type Config struct {
	text   string
	tree   map[string]any
	runner runner
}

// The settings of [[runners]] that this package knows.
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
	found, err := locate(text)
	if err != nil {
		return nil, err
	}
	return &Config{text, tree, found}, nil
}

// TLSCAFile is the value of tls-ca-file, with its line (from 1; 0 where it is not set). The
// runner takes an empty one for not set.
func (c *Config) TLSCAFile() (value string, line int, set bool) { return c.setting(tlsCAFile) }

// Shell is the value of shell, with its line as TLSCAFile has it.
func (c *Config) Shell() (value string, line int, set bool) { return c.setting(shell) }

// Executor is the value of executor, with its line as TLSCAFile has it.
func (c *Config) Executor() (value string, line int, set bool) { return c.setting(executor) }

// PreBuildScript is the value of pre_build_script, with its line as TLSCAFile has it. Our own
// lines are part of it.
func (c *Config) PreBuildScript() (value string, line int, set bool) {
	return c.setting(preBuildScript)
}

func (c *Config) setting(name string) (value string, line int, set bool) {
	found, set := c.runner.settings[name]
	return found.value, found.line, set
}
