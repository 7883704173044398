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
	for _, found := range regexp.MustCompile(`(?m)^\s*make ([^\n#]+)`).FindAllStringSubmatch(string(script), -1) {
		if !strings.Contains(found[1], "CHARTS=") {
			want = append(want, strings.Fields(found[1])...)
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

// A usedAction is a step of a workflow that uses an action, with its settings.
type usedAction struct {
	uses string
	with any
}

// actionsOf are the actions of a workflow, of which no job has permissions of its own.
func actionsOf(t *testing.T, name string) (actions []usedAction) {
	t.Helper()
	var workflow map[string]any
	decode(t, name, &workflow)
	if got := workflow["permissions"]; !reflect.DeepEqual(got, map[string]any{"contents": "read"}) {
		t.Errorf("%s: permissions: %v", name, got)
	}
	jobs, _ := workflow["jobs"].(map[string]any)
	for job := range jobs {
		if got := at(jobs, job, "permissions"); got != nil {
			t.Errorf("%s: job %s: permissions: %v", name, job, got)
		}
		steps, _ := at(jobs, job, "steps").([]any)
		for _, step := range steps {
			if action, isAction := at(step, "uses").(string); isAction {
				actions = append(actions, usedAction{action, at(step, "with")})
			}
		}
	}
	if len(actions) == 0 {
		t.Errorf("%s: no actions are found", name)
	}
	return actions
}

// The workflows can read, and their actions are those of one commit: the example's are the project's.
func TestWorkflowsArePinned(t *testing.T) {
	pinned := regexp.MustCompile(`^[a-z-]+/[a-z-]+@[0-9a-f]{40}$`)
	own := map[string]bool{}
	for _, action := range actionsOf(t, ".github/workflows/ci.yml") {
		own[action.uses] = true
		if !pinned.MatchString(action.uses) {
			t.Errorf("%s is not pinned by commit", action.uses)
		}
	}
	for _, action := range actionsOf(t, "examples/github-actions/.github/workflows/runner.yaml") {
		if !own[action.uses] {
			t.Errorf("the example uses %s, the project's own workflow %v", action.uses, own)
		}
	}
}

// Both pipelines have one Go, by its patch version.
func TestPipelinesPinGo(t *testing.T) {
	var gitlab map[string]any
	decode(t, ".gitlab-ci.yml", &gitlab)
	image, _ := at(gitlab, ".make", "image").(string)
	found := regexp.MustCompile(`^golang:(\d+\.\d+\.\d+)-[a-z]+(@sha256:[0-9a-f]{64})?$`).FindStringSubmatch(image)
	if found == nil {
		t.Fatalf(".gitlab-ci.yml: the image %q has no patch version", image)
	}
	setups := 0
	for _, action := range actionsOf(t, ".github/workflows/ci.yml") {
		if strings.HasPrefix(action.uses, "actions/setup-go@") {
			setups++
			if got := at(action.with, "go-version"); got != found[1] {
				t.Errorf(".github/workflows/ci.yml: Go %v, .gitlab-ci.yml: %s", got, found[1])
			}
		}
	}
	if setups != 2 {
		t.Errorf("Go is set up %d times", setups)
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
