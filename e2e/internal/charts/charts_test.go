package charts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The charts have the names and the version of those that they stand in for, also where one names
// the other; a source without them is refused.
func TestCharts(t *testing.T) {
	folder := t.TempDir()
	if err := GitLab("../..", filepath.Join(folder, "gitlab")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"gitlab/Chart.yaml":                      "\nname: gitlab\n",
		"gitlab/charts/gitlab-runner/Chart.yaml": "\nname: gitlab-runner\n",
	} {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if text := string(content); !strings.Contains(text, want) || strings.Contains(text, "name: runner\n") || strings.Contains(text, "version: 0.1.0") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
	if err := rename(filepath.Join(folder, "gitlab/Chart.yaml"), "name: umbrella", "name: gitlab"); err == nil {
		t.Error("what is not there is renamed")
	}
}
