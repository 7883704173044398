package docs

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// decode reads a YAML file of the top folder, in which no key may be there twice.
func decode(t *testing.T, name string, into any) {
	t.Helper()
	file, err := os.Open(filepath.Join(top, name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	decoder := yaml.NewDecoder(file)
	decoder.KnownFields(true) // of structs
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// at follows keys into decoded YAML; a number that is out of range and a key
// that is not there are nil.
func at(value any, path ...any) any {
	for _, key := range path {
		switch key := key.(type) {
		case string:
			fields, _ := value.(map[string]any)
			value = fields[key]
		case int:
			items, _ := value.([]any)
			if key >= len(items) {
				return nil
			}
			value = items[key]
		}
	}
	return value
}

// words are those of a list of texts, sorted.
func words(list any) []string {
	var all []string
	items, _ := list.([]any)
	for _, item := range items {
		text, _ := item.(string)
		all = append(all, strings.Fields(text)...)
	}
	slices.Sort(all)
	return all
}

// Both pipelines run what .ci/run runs, save for what needs charts that are not here.
func TestPipelinesRunWhatCIRuns(t *testing.T) {
	script, err := os.ReadFile(filepath.Join(top, ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, found := range regexp.MustCompile(`(?m)^\s*make (\S+)(.*)$`).FindAllStringSubmatch(string(script), -1) {
		if !strings.Contains(found[2], "CHARTS=") {
			want = append(want, found[1])
		}
	}
	slices.Sort(want)
	var github, gitlab map[string]any
	decode(t, ".github/workflows/ci.yml", &github)
	decode(t, ".gitlab-ci.yml", &gitlab)
	for name, got := range map[string]any{
		".github/workflows/ci.yml": at(github, "jobs", "make", "strategy", "matrix", "targets"),
		".gitlab-ci.yml":           at(gitlab, "make", "parallel", "matrix", 0, "TARGETS"),
	} {
		if got := words(got); len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s: make %q, .ci/run has %q", name, got, want)
		}
	}
}

// The workflow can read, and its actions are those of one commit.
func TestWorkflowIsPinned(t *testing.T) {
	var workflow map[string]any
	decode(t, ".github/workflows/ci.yml", &workflow)
	if got := workflow["permissions"]; !reflect.DeepEqual(got, map[string]any{"contents": "read"}) {
		t.Errorf("permissions: %v", got)
	}
	jobs, _ := workflow["jobs"].(map[string]any)
	pinned := regexp.MustCompile(`^[a-z-]+/[a-z-]+@[0-9a-f]{40}$`)
	uses := 0
	for name := range jobs {
		if got := at(jobs, name, "permissions"); got != nil {
			t.Errorf("job %s: permissions: %v", name, got)
		}
		steps, _ := at(jobs, name, "steps").([]any)
		for _, step := range steps {
			action, isAction := at(step, "uses").(string)
			if isAction && !pinned.MatchString(action) {
				t.Errorf("%s is not pinned by commit", action)
			}
			if isAction {
				uses++
			}
		}
	}
	if uses == 0 {
		t.Error("no actions are found")
	}
}

// Artifact Hub takes every folder with a plugin.yaml for a plugin, and postrenderer/ is none by itself.
func TestArtifactHubListsOnePlugin(t *testing.T) {
	var hub struct {
		RepositoryID string `yaml:"repositoryID"`
		Owners       []struct{ Name, Email string }
		Ignore       []struct{ Name, Version string }
	}
	decode(t, "artifacthub-repo.yml", &hub)
	var ignored []string
	for _, plugin := range hub.Ignore {
		ignored = append(ignored, plugin.Name)
	}
	var plugin map[string]any
	decode(t, "postrenderer/plugin.yaml", &plugin)
	if want := []string{plugin["name"].(string)}; !slices.Equal(ignored, want) {
		t.Errorf("ignored: %q, want %q", ignored, want)
	}
}
