//go:build unix

package documents

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/e2e/internal/cluster"
	"helm-runnertrust/e2e/internal/internet"
	"helm-runnertrust/e2e/internal/tool"
)

// documents returns the paths of all documents, from the top of the repository.
func documents(t *testing.T) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(repository, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != repository && strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		if !entry.IsDir() && filepath.Ext(path) == ".md" {
			name, err := filepath.Rel(repository, path)
			paths = append(paths, name)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// Every document does what it says: its blocks run in their order, once with
// each Helm that it names.
func TestDocumentsDoWhatTheySay(t *testing.T) {
	var w *world // made for the first document that needs it
	for _, path := range documents(t) {
		content, err := os.ReadFile(filepath.Join(repository, path))
		if err != nil {
			t.Fatal(err)
		}
		steps, err := extract(string(content))
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for _, helm := range helmsOf(steps) {
			if w == nil {
				w = newWorld(t)
			}
			t.Run(path+"/"+helm, func(t *testing.T) { w.try(t, path, helm, steps) })
		}
	}
	if w == nil {
		t.Fatal("no document has a block to run")
	}
}

// A world is what all documents share.
type world struct {
	cluster *cluster.Cluster
	net     *internet.Internet
	release string // the folder dist/
}

func newWorld(t *testing.T) *world {
	t.Helper()
	release, version := theRelease(t)
	return &world{cluster: cluster.Start(t), release: release, net: newInternet(t, map[string]http.Handler{
		chartsHost: internet.Charts(t, ".."), originHost: origin(t, release, version)})}
}

// theRelease returns the folder of what `make dist` made, and its version.
func theRelease(t *testing.T) (folder, version string) {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join(repository, "dist"))
	if err != nil {
		t.Fatal(err)
	}
	const prefix, suffix = "runnertrust-", "-checksums.txt"
	lists, _ := filepath.Glob(filepath.Join(folder, prefix+"*"+suffix))
	if len(lists) != 1 {
		t.Fatalf("%s has %d releases: make dist", folder, len(lists))
	}
	return folder, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(lists[0]), prefix), suffix)
}

// try runs a document with one Helm, in a home and a namespace of its own.
func (w *world) try(t *testing.T, name, helm string, steps []step) {
	const limit = 5 * time.Minute
	folder, proxy := t.TempDir(), w.net.Proxy(t)
	s := session{document: name, folder: folder, timeout: limit, env: w.environment(t, folder, helm, proxy)}
	before := w.namespaces(t)
	t.Cleanup(func() { w.removeNamespaces(t, before) })
	steps = slices.DeleteFunc(slices.Clone(steps), func(s step) bool { return !s.appliesTo(helm) })
	if err := s.carryOut(steps); err != nil {
		t.Error(err)
	}
	t.Logf("%d steps", len(steps))
}

// environment is all that the blocks see of this machine. DIST is the release's folder, PLUGIN the
// plugin from its archive, for what a reader has before a document begins.
func (w *world) environment(t *testing.T, folder, helm, proxy string) []string {
	t.Helper()
	home, programs := filepath.Join(folder, "home"), filepath.Join(folder, "programs")
	local := filepath.Join(home, ".local", "bin")
	for _, dir := range []string{local, programs} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, built := range map[string]string{"helm": helm, "kubectl": "kubernetes"} {
		if err := os.Symlink(tool.Path(t, built), filepath.Join(programs, name)); err != nil {
			t.Fatal(err)
		}
	}
	archives, _ := filepath.Glob(filepath.Join(w.release, "*-"+runtime.GOOS+"-"+runtime.GOARCH+".tar.gz"))
	if len(archives) != 1 {
		t.Fatalf("archives for this machine: %q", archives)
	}
	command(t, "tar", "-xzf", archives[0], "-C", folder)
	env := []string{
		"HOME=" + home, "PATH=" + strings.Join([]string{local, programs, os.Getenv("PATH")}, string(os.PathListSeparator)),
		"TMPDIR=" + folder, "LANG=C.UTF-8", "TERM=dumb",
		"KUBECONFIG=" + w.kubeconfig(t, folder, helm),
		"HTTPS_PROXY=" + proxy, "HTTP_PROXY=" + proxy, "https_proxy=" + proxy, "http_proxy=" + proxy,
		"NO_PROXY=127.0.0.1,localhost", "no_proxy=127.0.0.1,localhost",
		"SSL_CERT_FILE=" + w.net.Authority, "CURL_CA_BUNDLE=" + w.net.Authority,
		"GIT_SSL_CAINFO=" + w.net.Authority, "GIT_ALLOW_PROTOCOL=file:https", "GIT_CONFIG_NOSYSTEM=1",
		// The archive of the release is at hand, so that nothing compiles.
		"RUNNERTRUST_RELEASES=" + w.release,
		"DIST=" + w.release, "PLUGIN=" + filepath.Join(folder, "runnertrust"),
		"GOPROXY=off", "GOTOOLCHAIN=local",
	}
	for _, cache := range []string{"GOCACHE", "GOMODCACHE"} {
		out, err := exec.Command("go", "env", cache).Output()
		if err != nil {
			t.Fatal(err)
		}
		env = append(env, cache+"="+strings.TrimSpace(string(out)))
	}
	return env
}

// kubeconfig writes one whose namespace, where a command names none, is new.
func (w *world) kubeconfig(t *testing.T, folder, helm string) string {
	t.Helper()
	content, err := os.ReadFile(w.cluster.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "kubeconfig")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	w.cluster.Kubectl(t, "config", "set-context", "--current", "--kubeconfig", path, "--namespace", w.cluster.Namespace(t, helm))
	return path
}

func (w *world) namespaces(t *testing.T) []string {
	t.Helper()
	return strings.Fields(w.cluster.Kubectl(t, "get", "namespaces", "-o", "name"))
}

// removeNamespaces takes away what a document made, so that the next one can
// use the same names.
func (w *world) removeNamespaces(t *testing.T, before []string) {
	t.Helper()
	made := slices.DeleteFunc(w.namespaces(t), func(name string) bool { return slices.Contains(before, name) })
	if len(made) > 0 {
		w.cluster.Kubectl(t, append([]string{"delete", "--ignore-not-found", "--timeout=2m"}, made...)...)
	}
}
