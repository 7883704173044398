//go:build gitops

package e2e

import (
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"helm-runnertrust/e2e/internal/internet"
)

// newInternet has the chart's repository, the plugin's, and a GitLab, each under its name.
func newInternet(t *testing.T, g *gitlab) *internet.Internet {
	t.Helper()
	plugin, err := taggedRepository()
	if err != nil {
		t.Fatal(err)
	}
	n := internet.Start(t, map[string]http.Handler{
		exampleCharts: internet.Charts(t, "."), exampleOrigin: http.FileServer(http.Dir(plugin))})
	n.Add(chartHost, g.addr)
	return n
}

// taggedRepository is a folder with what is committed, as git reads it over plain HTTP: one commit,
// with the tag of the version that examples install. Every CI job of theirs clones it.
var taggedRepository = sync.OnceValues(func() (string, error) {
	source, err := repository()
	if err != nil {
		return "", err
	}
	git := func(args ...string) (string, error) {
		cmd := exec.Command("git", append([]string{"-c", "user.name=e2e", "-c", "user.email=e2e@example.com"}, args...)...)
		cmd.Dir = source
		out, err := cmd.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("git %s: %w\n%s", args[0], err, out)
		}
		return strings.TrimSpace(string(out)), err
	}
	folder := filepath.Join(packageDir, "origin")
	bare := filepath.Join(folder, "helm-runnertrust.git")
	commit, err := git("commit-tree", "HEAD^{tree}", "-m", "all")
	if err != nil {
		return "", err
	}
	for _, args := range [][]string{
		{"init", "--quiet", "--bare", "--initial-branch=main", bare},
		{"push", "--quiet", bare, commit + ":refs/heads/main", commit + ":refs/tags/v" + exampleVersion},
		{"-C", bare, "update-server-info"},
	} {
		if _, err := git(args...); err != nil {
			return "", err
		}
	}
	return folder, nil
})
