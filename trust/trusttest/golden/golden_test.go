package golden

import (
	"os"
	"path/filepath"
	"testing"
)

// recorder is a test that only remembers whether it failed.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }

func TestCompare(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "said.txt")
	for _, step := range []struct {
		update bool
		text   string
		fails  bool
	}{
		{text: ""},
		{text: "one", fails: true},
		{update: true, text: "one"},
		{text: "one"},
		{text: "two", fails: true},
		{text: "", fails: true},
		{update: true, text: ""},
		{update: true, text: ""},
		{text: ""},
	} {
		r := &recorder{TB: t}
		*update = step.update
		Compare(r, path, step.text)
		*update = false
		if r.failed != step.fails {
			t.Errorf("%+v: failed %v", step, r.failed)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("an empty text left its file")
	}
}
