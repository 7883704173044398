package e2e

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"helm-runnertrust/e2e/internal/helm"
	"helm-runnertrust/e2e/internal/tool"
)

// A dist is the release that `make dist` made of the repository.
type dist struct{ folder, version string }

// theRelease fails the test when there is none: tests of an installation are
// tests of what is shipped.
func theRelease(t *testing.T) dist {
	t.Helper()
	folder, err := filepath.Abs("../dist")
	if err != nil {
		t.Fatal(err)
	}
	const prefix, suffix = "runnertrust-", "-checksums.txt"
	lists, _ := filepath.Glob(filepath.Join(folder, prefix+"*"+suffix))
	if len(lists) != 1 {
		t.Fatalf("%s has %d releases: make dist", folder, len(lists))
	}
	return dist{folder, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(lists[0]), prefix), suffix)}
}

// archive is the name of the archive for this machine.
func (d dist) archive() string {
	return "runnertrust-" + d.version + "-" + runtime.GOOS + "-" + runtime.GOARCH + ".tar.gz"
}

func (d dist) checksums() string { return "runnertrust-" + d.version + "-checksums.txt" }

// copyTo copies files of the release to a folder.
func (d dist) copyTo(t *testing.T, folder string, names ...string) {
	t.Helper()
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(d.folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// unpack unpacks the archive for this machine, and returns the plugin's folder.
func (d dist) unpack(t *testing.T, folder string) string {
	t.Helper()
	command(t, "", nil, "tar", "-xzf", filepath.Join(d.folder, d.archive()), "-C", folder)
	return filepath.Join(folder, "runnertrust")
}

// serve serves the release below /good, and below other names with what can be
// wrong with it.
func (d dist) serve(t *testing.T) *httptest.Server {
	t.Helper()
	var cuts atomic.Int32
	files := http.FileServer(http.Dir(d.folder))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		fault := path.Base(path.Dir(r.URL.Path))
		isArchive := strings.HasSuffix(name, ".tar.gz")
		switch {
		case fault == "redirected":
			http.Redirect(w, r, "/good/"+name, http.StatusFound)
		case strings.HasPrefix(r.URL.Path, "/lost/"), fault == "nothing", fault == "no-archive" && isArchive, fault == "no-checksums" && !isArchive:
			http.NotFound(w, r)
		case fault == "cut" && isArchive, fault == "cut-once" && isArchive && cuts.Add(1) == 1:
			w.Header().Set("Content-Length", "1000000")
			_, _ = w.Write(make([]byte, 1000))
			panic(http.ErrAbortHandler)
		case fault == "wrong-checksum" && !isArchive:
			list, _ := os.ReadFile(filepath.Join(d.folder, name))
			for line := range strings.Lines(string(list)) {
				sum := []byte(line[:64])
				slices.Reverse(sum)
				_, _ = w.Write(append(sum, line[64:]...))
			}
		case fault == "other-archive" && isArchive:
			http.ServeFile(w, r, filepath.Join(d.folder, d.checksums()))
		case fault == "not-listed" && !isArchive, strings.HasPrefix(r.URL.Path, "/gitlab/") && !strings.Contains(r.URL.Path, "/-/"):
			_, _ = w.Write([]byte("<html>sign in</html>\n"))
		default:
			http.StripPrefix(path.Dir(r.URL.Path), files).ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

// installerTools are the programs that install-binary.sh, Helm's delete hook
// and Helm's git need. Not among them: Go, curl, wget.
var installerTools = strings.Fields("awk cat chmod cp cut dirname find git grep gzip id ln mkdir mktemp mv ps readlink rm " +
	"sed sh sha256sum sleep tar tr uname")

// bareTools returns a folder for PATH that has these programs and no others.
func bareTools(t *testing.T, names ...string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range names {
		program, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(program, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// bareHome is a Helm that finds no Go and nothing that downloads.
func bareHome(t *testing.T, bin string) *helm.Helm {
	t.Helper()
	return bareHomeOf(t, tool.Path(t, bin))
}

// bareHomeOf is bareHome for the program of a Helm.
func bareHomeOf(t *testing.T, program string) *helm.Helm {
	t.Helper()
	h := helm.New(t, program, "")
	programs := filepath.Join(h.Getenv("HOME"), ".local", "bin")
	for _, folder := range []string{programs, h.Getenv("HELM_PLUGINS")} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	h.Setenv("PATH", programs+string(os.PathListSeparator)+bareTools(t, installerTools...))
	return h
}

// freshClone clones what is committed to a new folder.
func freshClone(t *testing.T, folder string) string {
	t.Helper()
	source, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	clone := filepath.Join(folder, "helm-runnertrust")
	command(t, "", nil, "git", "clone", "--quiet", "--shared", source, clone)
	return clone
}

// command runs a program that has to succeed, and returns what it printed.
func command(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// has fails the test for each part that the text lacks.
func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in:\n%s", part, text)
		}
	}
}
