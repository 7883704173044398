package tomledit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// checkEdit holds what the package promises of an edit of c that returned text. value is the
// wanted one of tls-ca-file; that of pre_build_script is checked for our lines.
func checkEdit(t *testing.T, c *Config, text, name, value string) {
	t.Helper()
	after, err := Parse(text)
	if err != nil {
		t.Fatalf("the result does not parse: %v\n%s", err, text)
	}
	got, _, set := after.setting(name)
	if name == preBuildScript {
		value = got
		checkScript(t, c, after)
	}
	if !set || got != value {
		t.Fatalf("%s is %q, want %q", name, got, value)
	}
	if was, is := treeWithout(t, c, name), treeWithout(t, after, name); was != is {
		t.Fatalf("the rest was\n%s\nis\n%s", was, is)
	}
	checkLines(t, c, text, name)
	if again := setAgain(t, after, name, value); again != text {
		t.Fatalf("set again, it becomes\n%s\ninstead of\n%s", again, text)
	}
	if name == tlsCAFile {
		checkRemoval(t, c, after)
	}
}

// checkRemoval holds that tls-ca-file goes as it came: in lines of its own, to the byte.
func checkRemoval(t *testing.T, before, after *Config) {
	t.Helper()
	text, err := after.RemoveTLSCAFile()
	if err != nil {
		t.Fatalf("it cannot be removed from\n%s\n%v", after.text, err)
	}
	removed, err := Parse(text)
	if err != nil {
		t.Fatalf("without it, the result does not parse: %v\n%s", err, text)
	}
	if was, is := treeWithout(t, before, tlsCAFile), treeWithout(t, removed, tlsCAFile); was != is {
		t.Fatalf("the rest was\n%s\nis\n%s", was, is)
	}
	if _, _, set := removed.TLSCAFile(); set {
		t.Fatalf("it is still there: %s", text)
	}
	if _, _, wasSet := before.TLSCAFile(); !wasSet && !before.runner.inline && text != before.text {
		t.Fatalf("removed, it leaves\n%q\ninstead of\n%q", text, before.text)
	}
}

// checkScript holds that the old script is there as it was, but for our lines.
func checkScript(t *testing.T, before, after *Config) {
	t.Helper()
	was, _, _ := before.PreBuildScript()
	is, _, _ := after.PreBuildScript()
	if was, is := withoutOwn(was), withoutOwn(is); was != is {
		t.Fatalf("the user's lines were %q, are %q", was, is)
	}
	if _, set := after.OwnScript(); !set {
		t.Fatalf("our lines are not in %q", is)
	}
}

// withoutOwn is a script without our lines.
func withoutOwn(script string) string {
	var others strings.Builder
	own := false
	for line := range strings.Lines(script) {
		bare := strings.TrimRight(line, "\r\n")
		own = own || bare == ScriptBegin
		if !own {
			others.WriteString(line)
		}
		own = own && bare != ScriptEnd
	}
	return others.String()
}

// treeWithout is the tree as text, without one setting of the runner.
func treeWithout(t *testing.T, c *Config, name string) string {
	t.Helper()
	var tree map[string]any
	if err := toml.Unmarshal([]byte(strings.TrimPrefix(c.text, byteOrderMark)), &tree); err != nil {
		t.Fatal(err)
	}
	for key, value := range tree {
		if runners, isArray := value.([]any); isArray && strings.EqualFold(key, "runners") {
			for key := range runners[0].(map[string]any) {
				if strings.EqualFold(key, name) {
					delete(runners[0].(map[string]any), key)
				}
			}
		}
	}
	return fmt.Sprintf("%#v", tree)
}

// checkLines holds that every line of the input is in the output, in order, with its line end,
// but for the lines of a value that was there and the line of an inline table.
func checkLines(t *testing.T, c *Config, text, name string) {
	t.Helper()
	first, last := -1, -1
	if old, set := c.runner.settings[name]; set {
		first, last = strings.Count(c.text[:old.from], "\n"), strings.Count(c.text[:old.to], "\n")
	} else if c.runner.inline {
		first = c.runner.line - 1
		last = first
	}
	left := slices.Collect(strings.Lines(text))
	number := 0
	for line := range strings.Lines(c.text) {
		at := slices.IndexFunc(left, func(other string) bool {
			return other == line || !strings.HasSuffix(line, "\n") && strings.TrimRight(other, "\r\n") == line
		})
		if at >= 0 {
			left = left[at+1:]
		} else if number < first || number > last {
			t.Fatalf("line %d is gone: %q\n%s", number+1, line, text)
		}
		number++
	}
	if c.text != "" && strings.HasSuffix(c.text, "\n") != strings.HasSuffix(text, "\n") {
		t.Fatalf("the end of the last line changed: %q", text)
	}
}

func setAgain(t *testing.T, c *Config, name, value string) string {
	t.Helper()
	set := func() (string, error) { return c.SetTLSCAFile(value) }
	if name == preBuildScript {
		lines, _ := c.OwnScript()
		set = func() (string, error) { return c.PrependPreBuildScript(lines) }
	}
	text, err := set()
	if err != nil {
		t.Fatalf("it cannot be set again: %v", err)
	}
	return text
}
