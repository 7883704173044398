//go:build gitops

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// A workflow is the part of a GitHub workflow that decides what its one job runs.
type workflow struct {
	Env  map[string]string
	Jobs map[string]struct {
		Steps []struct {
			Name, Uses, Run, If string
			Env                 map[string]string
		}
	}
}

// An event is what a workflow runs for, with what its expressions can name.
type event struct {
	name    string // push, pull_request, schedule
	secrets map[string]string
}

var expression = regexp.MustCompile(`\$\{\{ (\S+) \}\}`)

// value replaces the expressions of a text.
func (e event) value(t *testing.T, text string) string {
	t.Helper()
	return expression.ReplaceAllStringFunc(text, func(found string) string {
		value, known := e.secrets[expression.FindStringSubmatch(found)[1]]
		if !known {
			t.Fatalf("nothing is known of %s", found)
		}
		return value
	})
}

var condition = regexp.MustCompile(`^github\.event_name (==|!=) '(\w+)'$`)

// runs reports whether a step with this condition runs.
func (e event) runs(t *testing.T, text string) bool {
	t.Helper()
	if text == "" {
		return true
	}
	found := condition.FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("nothing is known of the condition %q", text)
	}
	return (found[2] == e.name) == (found[1] == "==")
}

// act runs the steps of the workflow as a runner does: each in a bash of its own that ends with the
// first command that fails, the checkout being there. The error names the step.
func (s *stage) act(t *testing.T, e event) (printed string, err error) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(s.folder, ".github/workflows/runner.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var w workflow
	if err := yaml.Unmarshal(content, &w); err != nil {
		t.Fatal(err)
	}
	job := w.Jobs["runner"]
	if len(job.Steps) == 0 {
		t.Fatal("the workflow has no job runner")
	}
	s.newMachine(t)
	temp, exported := t.TempDir(), writeFile(t, "environment", nil)
	env := []string{"KUBECONFIG=/nonexistent", "RUNNER_TEMP=" + temp, "GITHUB_ENV=" + exported}
	for name, value := range w.Env {
		env = append(env, name+"="+e.value(t, value))
	}
	for _, step := range job.Steps {
		if !e.runs(t, step.If) || strings.HasPrefix(step.Uses, "actions/checkout@") {
			continue
		}
		if step.Uses != "" {
			t.Fatalf("nothing is known of the action %s", step.Uses)
		}
		lines, err := os.ReadFile(exported)
		if err != nil {
			t.Fatal(err)
		}
		own := slices.Concat(env, strings.Fields(string(lines)))
		for name, value := range step.Env {
			own = append(own, name+"="+e.value(t, value))
		}
		said, err := s.try(own, "bash", "-e", writeFile(t, "step.sh", []byte(step.Run)))
		printed += said
		if err != nil {
			return printed, fmt.Errorf("step %q: %w", step.Name, err)
		}
	}
	return printed, nil
}

// tryGitHubActions runs the workflow's steps for each of its events.
func tryGitHubActions(t *testing.T, s *stage) {
	if s.bin == "helm3" {
		s.edit(t, ".github/workflows/runner.yaml", "--verify=false ", "")
	}
	kubeconfig, err := os.ReadFile(s.cluster.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	act := func(name, certificate string) (printed string, err error) {
		return s.act(t, event{name, map[string]string{
			"vars.GITLAB_CERTIFICATE": certificate, "secrets.KUBECONFIG": string(kubeconfig)}})
	}
	passes := func(name string) {
		t.Helper()
		if printed, err := act(name, s.gitlab.pem); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, printed)
		}
	}
	fails := func(name, certificate, step, said string) {
		t.Helper()
		printed, err := act(name, certificate)
		if err == nil || !strings.Contains(err.Error(), step) || !strings.Contains(printed+err.Error(), said) {
			t.Errorf("%s: %v, want the step %q to fail with %q\n%s", name, err, step, said, printed)
		}
	}
	expired, err := os.ReadFile(expiredCert(t))
	if err != nil {
		t.Fatal(err)
	}
	fails("push", string(expired), "Check the certificate", "expired")
	passes("pull_request")
	if s.get(t, "Deployment", s.name+"-gitlab-runner") != nil {
		t.Fatal("a pull request deployed something")
	}
	passes("push")
	connects(t, s.cluster.Get, s.deployment(t), s.gitlab)
	passes("schedule")
	s.upgrade(t)
	fails("schedule", s.gitlab.pem, "Drift", "exit status 2")
}
