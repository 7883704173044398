package e2e

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/helm"
	"helm-runnertrust/e2e/internal/tool"
	"helm-runnertrust/trust/trusttest/golden"
)

// TestHelmSaysOfPlugins records the words of Helm that docs/TROUBLESHOOTING.md quotes about
// installing, updating and loading the plugin.
func TestHelmSaysOfPlugins(t *testing.T) {
	release := theRelease(t)
	server := httptest.NewServer(http.FileServer(http.Dir(release.folder)))
	t.Cleanup(server.Close)
	for _, bin := range helms {
		t.Run(bin, func(t *testing.T) {
			var text strings.Builder
			record := func(about string, h *helm.Helm, args ...string) {
				t.Helper()
				_, said, err := h.Try(args...)
				if err == nil {
					t.Errorf("%s: Helm succeeds:\n%s", about, said)
				}
				text.WriteString("# " + about + "\n" + masked(bin, said) + "\n")
			}
			record("the URL of an archive", bareHome(t, bin), "plugin", "install", server.URL+"/"+release.archive())
			if bin == "helm4" {
				record("the URL of a clone, to be verified", bareHome(t, bin), "plugin", "install", "file://"+freshClone(t, t.TempDir()))
			}

			folder := release.unpack(t, t.TempDir())
			h := bareHome(t, bin)
			h.Run(t, "plugin", "install", folder)
			record("an update of a folder", h, "plugin", "update", "runnertrust")
			record("installed already", h, "plugin", "install", folder)
			if bin == "helm3" {
				_, said, err := inHomeOf(t, h, "helm4").Try("plugin", "install", folder)
				if err == nil {
					t.Error("Helm 4 installs what Helm 3 has installed")
				}
				text.WriteString("# installed already by Helm 3\n" + masked("helm4", said) + "\n")
			}

			twin := filepath.Join(h.Getenv("HELM_PLUGINS"), "another")
			if err := os.CopyFS(twin, os.DirFS(folder)); err != nil {
				t.Fatal(err)
			}
			record("installed twice", h, "runnertrust", "version")
			golden.Compare(t, filepath.Join("testdata", bin+"-plugins.txt"), text.String())
		})
	}
}

// inHomeOf is another Helm with the home of the first.
func inHomeOf(t *testing.T, first *helm.Helm, bin string) *helm.Helm {
	t.Helper()
	h := helm.In(first.Getenv("HOME"), tool.Path(t, bin), "")
	h.Setenv("PATH", first.Getenv("PATH"))
	return h
}

// TestHelm4AfterHelm3 holds the cure that docs/TROUBLESHOOTING.md names where Helm 4 says that the
// plugin, which Helm 3 has installed in the same home, already exists.
func TestHelm4AfterHelm3(t *testing.T) {
	t.Parallel()
	const cure = `sh "$(helm env HELM_PLUGINS)"/*runnertrust*/install-binary.sh`
	page, err := os.ReadFile("../docs/TROUBLESHOOTING.md")
	if err != nil {
		t.Fatal(err)
	}
	has(t, string(page), "`"+cure+"`")
	release := theRelease(t)
	h3 := bareHome(t, "helm3")
	h3.Run(t, "plugin", "install", release.unpack(t, t.TempDir()))
	h4 := inHomeOf(t, h3, "helm4")
	if _, said, err := h4.Try("template", "my", "chart", "--post-renderer", "helm-runnertrust"); err == nil {
		t.Fatalf("the post-renderer is there:\n%s", said)
	}
	programs := filepath.Join(h3.Getenv("HOME"), ".local", "bin")
	if err := os.Symlink(tool.Path(t, "helm4"), filepath.Join(programs, "helm")); err != nil {
		t.Fatal(err)
	}
	command(t, "", []string{"HOME=" + h3.Getenv("HOME"), "PATH=" + h3.Getenv("PATH"), "HELM_DATA_HOME=" + h3.Getenv("HELM_DATA_HOME")}, "sh", "-c", cure)
	works(t, h4, release.version)
}
