package tomledit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// A trial is an edit with what takes it back. The undo has the text before, which tells what to
// restore.
type trial struct {
	name string // of the key below [[runners]] that changes
	edit func(*Config) (string, error)
	undo func(before, after *Config) (string, error)
}

func pathTrial(path string) trial {
	return trial{
		tlsCAFile,
		func(c *Config) (string, error) { return c.SetTLSCAFile(path) },
		func(before, after *Config) (string, error) {
			old, _, _ := before.TLSCAFile()
			return after.SetTLSCAFile(old)
		},
	}
}

func scriptTrial(lines string) trial {
	return trial{
		preBuildScript,
		func(c *Config) (string, error) { return c.PrependPreBuildScript(lines) },
		func(_, after *Config) (string, error) { return after.RemovePreBuildScript() },
	}
}

func volumesTrial(volumes ...Volume) trial {
	return trial{
		"kubernetes",
		func(c *Config) (string, error) { return c.AddJobVolumes(volumes...) },
		func(_, after *Config) (string, error) { return after.RemoveJobVolumes() },
	}
}

// check holds what the package promises of an edit of c that returned text.
func (e trial) check(t *testing.T, c *Config, text string) {
	t.Helper()
	after := mustParse(t, text)
	if was, is := treeWithout(t, c, e.name), treeWithout(t, after, e.name); was != is {
		t.Fatalf("the rest was\n%s\nis\n%s", was, is)
	}
	e.checkLines(t, c, text)
	read := fmt.Sprint(after.table)
	undone, err := e.undo(c, after)
	if now := fmt.Sprint(after.table); now != read {
		t.Fatalf("the edit changed what was read before: %s", now)
	}
	if strings.Contains(c.text, "# helm-runnertrust:") {
		return // what is there twice is not taken back
	}
	if undone != c.text || err != nil {
		t.Fatalf("taken back, it is\n%q\ninstead of\n%q; error %v", undone, c.text, err)
	}
}

// treeWithout returns the tree as text, without one key of the runner.
func treeWithout(t *testing.T, c *Config, name string) string {
	t.Helper()
	var tree map[string]any
	if err := toml.Unmarshal([]byte(c.text), &tree); err != nil {
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
// but for the lines of a value that was there.
func (e trial) checkLines(t *testing.T, c *Config, text string) {
	t.Helper()
	at, set := c.values[c.key(e.name)]
	first, last := strings.Count(c.text[:at.from], "\n"), strings.Count(c.text[:at.to], "\n")
	left := slices.Collect(strings.Lines(text))
	number := 0
	for line := range strings.Lines(c.text) {
		found := slices.IndexFunc(left, func(other string) bool {
			return other == line || !strings.HasSuffix(line, "\n") && strings.TrimRight(other, "\r\n") == line
		})
		if found >= 0 {
			left = left[found+1:]
		} else if ours := strings.Contains(c.text, volumesBegin); !ours && (!set || number < first || number > last) {
			t.Fatalf("line %d is gone: %q\n%s", number+1, line, text)
		}
		number++
	}
	if c.text != "" && strings.HasSuffix(c.text, "\n") != strings.HasSuffix(text, "\n") {
		t.Fatalf("the end of the last line changed: %q", text)
	}
}
