//go:build gitops

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The project's own pipelines pass the checks of the examples, which refuse a field too many and
// one that is misspelt.
func TestExampleChecksTakeOwnPipelines(t *testing.T) {
	for name, field := range map[string]string{".gitlab-ci.yml": "script:", ".github/workflows/ci.yml": "runs-on:"} {
		content, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		// As the path of an example, by which checks are found.
		path := filepath.Join(t.TempDir(), "examples", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		check, unknown := checkOf(path, string(content))
		if check == nil {
			t.Fatalf("no check knows %s", name)
		}
		own := string(content)
		for _, try := range []struct {
			text string
			good bool
		}{{own, true}, {own + unknown, false}, {strings.Replace(own, field, "x"+field, 1), false}} {
			if err := os.WriteFile(path, []byte(try.text), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := check(t, path); (err == nil) != try.good {
				t.Errorf("%s: the check says %v of\n%s", name, err, try.text)
			}
		}
	}
}
