package documents

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/tool"
)

// The charts of this repository that stand in for GitLab's, under their names.
const chartVersion = "0.86.0"

// chartRepository serves the packaged charts gitlab-runner and gitlab, as
// `helm repo add` wants them.
func chartRepository(t *testing.T) http.Handler {
	t.Helper()
	folder, source := t.TempDir(), t.TempDir()
	runner, umbrella := filepath.Join(source, "gitlab-runner"), filepath.Join(source, "gitlab")
	copyFolder(t, "../chart", runner)
	copyFolder(t, "../umbrella", umbrella)
	copyFolder(t, "../chart", filepath.Join(umbrella, "charts", "gitlab-runner"))
	for _, chart := range []string{runner, filepath.Join(umbrella, "charts", "gitlab-runner"), umbrella} {
		replace(t, filepath.Join(chart, "Chart.yaml"),
			"name: runner", "name: gitlab-runner", "name: umbrella", "name: gitlab", "version: 0.1.0", "version: "+chartVersion)
	}
	replace(t, filepath.Join(umbrella, "values.yaml"), "\nrunner:", "\ngitlab-runner:")
	helm := tool.Path(t, "helm3")
	command(t, helm, "package", "--destination", folder, runner, umbrella)
	command(t, helm, "repo", "index", folder)
	return http.FileServer(http.Dir(folder))
}

// origin serves the project: its repository for git, and the release.
func origin(t *testing.T, release, version string) http.Handler {
	t.Helper()
	folder := t.TempDir()
	repository := filepath.Join(folder, "helm-runnertrust.git")
	command(t, "git", "clone", "--quiet", "--bare", "../..", repository)
	command(t, "git", "-C", repository, "tag", "--force", "v"+version)
	command(t, "git", "-C", repository, "update-server-info") // for git over plain files
	site := http.NewServeMux()
	site.Handle("/helm-runnertrust.git/", http.FileServer(http.Dir(folder)))
	const downloads = "/helm-runnertrust/releases/download/"
	site.Handle(downloads+"v"+version+"/", http.StripPrefix(downloads+"v"+version, http.FileServer(http.Dir(release))))
	return site
}

// proxyAt is the proxy of an HTTP client.
func proxyAt(t *testing.T, address string) func(*http.Request) (*url.URL, error) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return http.ProxyURL(u)
}

// copyFolder copies the regular files of a folder; links stay behind.
func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
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
	if err != nil {
		t.Fatal(err)
	}
}

// replace replaces texts in a file, given in pairs.
func replace(t *testing.T, path string, pairs ...string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	replaced := strings.NewReplacer(pairs...).Replace(string(content))
	if replaced == string(content) {
		t.Fatalf("%s has none of %q", path, pairs)
	}
	if err := os.WriteFile(path, []byte(replaced), 0o644); err != nil {
		t.Fatal(err)
	}
}

// command runs a program that has to succeed.
func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}
