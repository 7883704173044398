// Package golden holds what a test got against a file, and writes that file instead when the test
// runs with -update.
package golden

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the expected files instead of comparing with them")

// Updating reports whether expected files are written.
func Updating() bool { return *update }

// Compare fails the test unless the file holds exactly this text. No file holds nothing, so that an
// empty text needs none, and -update removes it.
func Compare(t testing.TB, path, text string) {
	t.Helper()
	if *update {
		err := os.RemoveAll(path)
		if text != "" {
			err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if string(want) != text {
		t.Errorf("%s (-update writes it): got:\n%s\nwant:\n%s", path, text, want)
	}
}
