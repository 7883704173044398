//go:build gitops

package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// gitlabCILocal returns the program that reads and runs a .gitlab-ci.yml. It is pinned by
// tools/gitlab-ci-local, and installed once per machine.
func gitlabCILocal(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	pins := []string{"package.json", "package-lock.json"}
	hash := sha256.New()
	for _, name := range pins {
		content, err := os.ReadFile(filepath.Join("tools/gitlab-ci-local", name))
		if err != nil {
			t.Fatal(err)
		}
		hash.Write(content)
	}
	tools := filepath.Join(cache, "helm-runnertrust", "tools")
	folder := filepath.Join(tools, "gitlab-ci-local-"+hex.EncodeToString(hash.Sum(nil))[:16])
	program := filepath.Join(folder, "node_modules", ".bin", "gitlab-ci-local")
	if _, err := os.Stat(program); err == nil {
		return program
	}
	if err := os.MkdirAll(tools, 0o755); err != nil {
		t.Fatal(err)
	}
	building, err := os.MkdirTemp(tools, "building-")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(building) }()
	for _, name := range pins {
		content, err := os.ReadFile(filepath.Join("tools/gitlab-ci-local", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(building, name), content, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tryTool(building, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(building, folder); err != nil {
		t.Fatal(err)
	}
	return program
}

// asRepository makes a folder what a CI job finds: a clone of a project's branch main.
func asRepository(t *testing.T, folder string) {
	t.Helper()
	for _, args := range [][]string{
		{"init", "--quiet", "--initial-branch=main"},
		{"config", "remote.origin.url", "git@gitlab.example.com:ops/runner.git"},
		{"config", "user.name", "e2e"},
		{"config", "user.email", "e2e@example.com"},
		{"add", "--all"},
		{"commit", "--quiet", "--message=all"},
	} {
		command(t, folder, nil, "git", args...)
	}
}

// A pipeline is a run of some stages of the example, each on a machine of its own.
type pipeline struct {
	*stage
	kind   string // of the variable with the certificate: file or variable
	source string // CI_PIPELINE_SOURCE
}

// run runs the jobs of one stage as gitlab-ci-local does, and returns what they printed.
func (p pipeline) run(t *testing.T, certificate, stage string) (printed string, err error) {
	t.Helper()
	p.newMachine(t)
	variable := fmt.Sprintf("RUNNERTRUST_CERT:\n  type: %s\n  values:\n    '*': |\n      %s\n", p.kind,
		strings.ReplaceAll(strings.TrimSpace(certificate), "\n", "\n      "))
	// The file that stands for the project's variables at GitLab.
	if err := os.WriteFile(filepath.Join(p.folder, ".gitlab-ci-local-variables.yml"), []byte(variable), 0o644); err != nil {
		t.Fatal(err)
	}
	return p.try(nil, gitlabCILocal(t), "--force-shell-executor", "--no-color", "--stage", stage,
		"--ignore-predefined-vars", "CI_PIPELINE_SOURCE", "--variable", "CI_PIPELINE_SOURCE="+p.source)
}

func (p pipeline) passes(t *testing.T, certificate, stage string) string {
	t.Helper()
	printed, err := p.run(t, certificate, stage)
	if err != nil {
		t.Fatalf("stage %s: %v\n%s", stage, err, printed)
	}
	return printed
}

// fails fails the test unless a job ends with the exit code, and has said so.
func (p pipeline) fails(t *testing.T, certificate, stage string, code int, said string) {
	t.Helper()
	printed, err := p.run(t, certificate, stage)
	if err == nil || !strings.Contains(printed, fmt.Sprintf("FAIL %d", code)) || !strings.Contains(printed, said) {
		t.Errorf("stage %s: %v, want exit code %d and %q\n%s", stage, err, code, said, printed)
	}
}

// tryGitLabCI runs the example's jobs, with a type of variable for each Helm.
func tryGitLabCI(t *testing.T, s *stage) {
	if s.bin == "helm3" {
		s.edit(t, ".gitlab-ci.yml", "--verify=false ", "")
	}
	asRepository(t, s.folder)
	expired, err := os.ReadFile(expiredCert(t))
	if err != nil {
		t.Fatal(err)
	}
	pipeline{s, "file", "push"}.fails(t, string(expired), "check", 1, "expired")
	if s.get(t, "Deployment", s.name+"-gitlab-runner") != nil {
		t.Fatal("the check deployed something")
	}
	kind := map[string]string{"helm3": "variable", "helm4": "file"}[s.bin]
	pushed, scheduled := pipeline{s, kind, "push"}, pipeline{s, kind, "schedule"}
	for _, stage := range []string{"check", "deploy", "verify"} {
		pushed.passes(t, s.gitlab.pem, stage)
	}
	connects(t, s.cluster.Get, s.deployment(t), s.gitlab)
	scheduled.passes(t, s.gitlab.pem, "check")
	scheduled.passes(t, s.gitlab.pem, "verify")

	// Somebody upgrades without the post-renderer.
	s.upgrade(t)
	scheduled.fails(t, s.gitlab.pem, "check", 2, "+      - name: etc-gitlab-runner-certs")
	scheduled.fails(t, s.gitlab.pem, "verify", 1, "which is not trusted")
	other := newGitLab(t, chartHost)
	pushed.fails(t, other.pem, "check", 1, "which is not trusted")
}
