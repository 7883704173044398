package tomledit

import (
	"maps"
	"slices"
	"strings"
)

// A Runner is the settings of one [[runners]], read as the runner reads them: without regard to
// case. What has another type than the runner's is not set.
type Runner struct {
	Line   int // of the header, from 1
	table  map[string]any
	at     int             // the offset behind the header's line; 0 where there is no header
	end    int             // the offset behind the last line of its tables
	indent string          // of its settings
	lines  map[string]int  // of all keys and tables below it, by their spelled path, joined
	values map[string]span // of all strings, likewise
}

// String returns the string at a path of keys below [[runners]], as in
// String("cache", "s3", "ServerAddress"), with its line (from 1; 0 where it is not set).
func (r Runner) String(path ...string) (value string, line int, set bool) {
	return read[string](r, path...)
}

// Bool returns the bool at a path of keys below [[runners]], with its line as String has it.
func (r Runner) Bool(path ...string) (value bool, line int, set bool) {
	return read[bool](r, path...)
}

// Strings returns the strings of the array at a path of keys; none where there is no array.
func (r Runner) Strings(path ...string) (all []string) {
	items, _, _ := read[[]any](r, path...)
	for _, item := range items {
		if text, isString := item.(string); isString {
			all = append(all, text)
		}
	}
	return all
}

// TLSCAFile returns tls-ca-file as String does. The runner takes an empty one for not set.
func (r Runner) TLSCAFile() (value string, line int, set bool) { return r.String(tlsCAFile) }

// Shell returns shell as String does.
func (r Runner) Shell() (value string, line int, set bool) { return r.String("shell") }

// Executor returns executor as String does.
func (r Runner) Executor() (value string, line int, set bool) { return r.String("executor") }

// PreBuildScript returns pre_build_script as String does, with the lines of PrependPreBuildScript.
func (r Runner) PreBuildScript() (value string, line int, set bool) { return r.String(preBuildScript) }

// read returns what is at a path of keys below a runner, with its line or that of the table
// around it; line 0 and false where there is none of the type.
func read[T any](r Runner, path ...string) (value T, line int, set bool) {
	at, spelled := r.walk(path)
	if value, set = at.(T); !set {
		return value, 0, false
	}
	return value, r.lineOf(spelled...), true
}

// walk returns the value at a path of keys, and the keys as they are spelled. Where the path ends
// early, the value is nil.
func (r Runner) walk(path []string) (value any, spelled []string) {
	value = r.table
	for _, name := range path {
		table, _ := value.(map[string]any)
		keys := spellings(table, name)
		if len(keys) == 0 {
			return nil, spelled
		}
		spelled = append(spelled, keys[0])
		value = table[keys[0]]
	}
	return value, spelled
}

// lineOf returns the line of a spelled path, or of the nearest table around it that has a line.
func (r Runner) lineOf(path ...string) int {
	for n := len(path); n > 0; n-- {
		if line := r.lines[strings.Join(path[:n], "\x00")]; line > 0 {
			return line
		}
	}
	return r.Line
}

// spellings returns the keys of a table that the runner takes for a name, the usual spelling
// first. Its library compares without regard to case (unifyStruct in decode.go of
// github.com/BurntSushi/toml, 0.3.1 to 1.6.0).
func spellings(table map[string]any, name string) []string {
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(table)) {
		if key == name {
			keys = slices.Insert(keys, 0, key)
		} else if strings.EqualFold(key, name) {
			keys = append(keys, key)
		}
	}
	return keys
}
