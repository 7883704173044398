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
	page, err := os.ReadFile("../docs/TROUBLESHOOTING.md")
	if err != nil {
		t.Fatal(err)
	}
	has(t, string(page), "register the post-renderer with Helm 4: `"+afterHelm3+"`") // as TestHelm4AfterHelm3 does
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
