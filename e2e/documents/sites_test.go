package documents

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository is the top of it, from this folder.
const repository = "../.."

// origin serves the project: its repository for git, and the release.
func origin(t *testing.T, release, version string) http.Handler {
	t.Helper()
	folder := t.TempDir()
	clone := filepath.Join(folder, "helm-runnertrust.git")
	command(t, "git", "clone", "--quiet", "--bare", "--no-local", repository, clone) // into one pack
	// Whatever is checked out here, a pipeline's bare commit too, is the branch main there.
	command(t, "git", "-C", clone, "update-ref", "refs/heads/main", "HEAD")
	command(t, "git", "-C", clone, "symbolic-ref", "HEAD", "refs/heads/main")
	command(t, "git", "-C", clone, "tag", "--force", "v"+version, "main")
	command(t, "git", "-C", clone, "update-server-info") // for git over plain files
	site := http.NewServeMux()
	site.Handle("/helm-runnertrust.git/", http.FileServer(http.Dir(folder)))
	const downloads = "/helm-runnertrust/releases/download/"
	site.Handle(downloads+"v"+version+"/", http.StripPrefix(downloads+"v"+version, http.FileServer(http.Dir(release))))
	return site
}

// command runs a program that has to succeed.
func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}
