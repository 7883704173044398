// Package charts gives the test charts of e2e/ the names of the charts that they stand in for.
package charts

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// version is the version of gitlab-runner's chart that has this shape.
const version = "0.86.0"

// Runner writes the chart gitlab-runner to a new folder. e2e is the folder that
// holds the charts' sources.
func Runner(e2e, folder string) error {
	return write(filepath.Join(e2e, "chart"), folder, "\nname: runner\n", "\nname: gitlab-runner\n", "\nversion: 0.1.0\n", "\nversion: "+version+"\n")
}

// GitLab writes the chart gitlab, with gitlab-runner inside, to a new folder.
func GitLab(e2e, folder string) error {
	err := write(filepath.Join(e2e, "umbrella"), folder, "\nname: umbrella\n", "\nname: gitlab\n", "\nversion: 0.1.0\n", "\nversion: "+version+"\n",
		"\n- name: runner\n", "\n- name: gitlab-runner\n", "\n  version: 0.1.0\n", "\n  version: "+version+"\n")
	if err != nil {
		return err
	}
	return Runner(e2e, filepath.Join(folder, "charts", "gitlab-runner"))
}

// write copies a chart, with texts replaced in its Chart.yaml.
func write(from, to string, pairs ...string) error {
	if err := copyFolder(from, to); err != nil {
		return err
	}
	return rename(filepath.Join(to, "Chart.yaml"), pairs...)
}

// copyFolder copies the regular files of a folder; links stay behind.
func copyFolder(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), content, 0o644)
	})
}

// rename replaces texts in a file, given in pairs, each of which it has once.
func rename(path string, pairs ...string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text := string(content)
	for i := 0; i < len(pairs); i += 2 {
		if n := strings.Count(text, pairs[i]); n != 1 {
			return fmt.Errorf("%s has %q %d times", path, pairs[i], n)
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return os.WriteFile(path, []byte(text), 0o644)
}
