package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/helm"
	"helm-runnertrust/e2e/internal/tool"
)

// afterHelm3 is what docs/INSTALL.md has those type who move to Helm 4.
const afterHelm3 = `sh "$(dirname "$(grep -l '^name: runnertrust$' "$(helm env HELM_PLUGINS)"/*/plugin.yaml)")"/install-binary.sh`

// Whoever moves to Helm 4 has the plugin of Helm 3, which Helm 4 loads, but no post-renderer. One
// command registers it, and warns of what that does to Helm 3.
func TestHelm4AfterHelm3(t *testing.T) {
	page, err := os.ReadFile("../docs/INSTALL.md")
	if err != nil {
		t.Fatal(err)
	}
	has(t, string(page), "\n    "+afterHelm3+"\n")
	for _, source := range []string{"archive", "clone"} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			release := theRelease(t)
			h3 := bareHome(t, "helm3")
			home, programs := h3.Getenv("HOME"), filepath.Join(h3.Getenv("HOME"), ".local", "bin")
			for name, bin := range map[string]string{"helm3": "helm3", "helm": "helm4"} {
				if err := os.Symlink(tool.Path(t, bin), filepath.Join(programs, name)); err != nil {
					t.Fatal(err)
				}
			}
			h3.Run(t, "plugin", "list")
			before := files(t, h3)
			h3.Setenv("RUNNERTRUST_RELEASES", release.folder)
			from := release.unpack(t, t.TempDir())
			if source == "clone" {
				from = "file://" + freshClone(t, t.TempDir())
			}
			if said, err := installFrom(h3, "helm3", from); err != nil {
				t.Fatal(said)
			}
			works(t, h3, release.version)

			h4 := helm.In(home, tool.Path(t, "helm4"), "")
			h4.Setenv("PATH", h3.Getenv("PATH"))
			has(t, h4.Run(t, "runnertrust", "version"), release.version+" (commit ")
			refused(t, h4, "not found", append([]string{"template", "my", "chart"}, filtered()...)...)
			refused(t, h4, "plugin already exists", "plugin", "install", "--verify=false", from)
			env := []string{"HOME=" + home, "PATH=" + h4.Getenv("PATH"), "HELM_DATA_HOME=" + home + "/data",
				"HELM_CACHE_HOME=" + home + "/cache", "HELM_CONFIG_HOME=" + home + "/config", "RUNNERTRUST_RELEASES=" + release.folder}
			said := command(t, "", env, "sh", "-c", afterHelm3)
			works(t, h4, release.version)

			has(t, said, "runnertrust: warning: Helm 3 ("+programs+"/helm3) shares "+h4.Getenv("HELM_PLUGINS")+" with Helm 4, and so loads no plugin\n")
			_, broken, _ := h3.Try("runnertrust", "version")
			has(t, broken, "failed to load plugins")
			_, mend, _ := strings.Cut(said, "in every run: ")
			mend, _, _ = strings.Cut(mend, "\n")
			command(t, "", env, "sh", "-c", mend)
			h3.Setenv("HELM_PLUGINS", h4.Getenv("HELM_PLUGINS")+"-helm3")
			works(t, h3, release.version)
			works(t, h4, release.version)

			h4.Run(t, "plugin", "uninstall", "runnertrust")
			works(t, h3, release.version)
			h3.Run(t, "plugin", "uninstall", "runnertrust")
			before = append(before, h3.Getenv("HELM_PLUGINS"))
			slices.Sort(before)
			if after := files(t, h3); !slices.Equal(after, before) {
				t.Errorf("files:\n%s\nwant:\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
			}
		})
	}
}

// Helm updates what it has cloned. It refuses to update what it has linked or unpacked, and to
// install what is there: AIRGAPPED.md says what to do instead.
func TestHelmUpdatesClonesOnly(t *testing.T) {
	for _, bin := range helms {
		for _, source := range []string{"folder", "archive", "package"} {
			if bin == "helm3" && source != "folder" {
				continue // TestHelm3InstallsNoArchive
			}
			t.Run(bin+"/"+source, func(t *testing.T) {
				t.Parallel()
				release := theRelease(t)
				from := map[string]func() string{
					"folder":  func() string { return release.unpack(t, t.TempDir()) },
					"archive": func() string { return filepath.Join(release.folder, release.archive()) },
					"package": func() string { return filepath.Join(release.folder, release.pkg("runnertrust")) },
				}[source]()
				h := bareHome(t, bin)
				if said, err := installFrom(h, bin, from); err != nil {
					t.Fatal(said)
				}
				refused(t, h, "cannot get information about plugin source", "plugin", "update", "runnertrust")
				if said, err := installFrom(h, bin, from); err == nil || !strings.Contains(said, "plugin already exists") {
					t.Errorf("%v, %s", err, said)
				}
				has(t, h.Run(t, "runnertrust", "version"), release.version+" (commit ")
				h.Run(t, "plugin", "uninstall", "runnertrust")
				if said, err := installFrom(h, bin, from); err != nil {
					t.Fatal(said)
				}
				has(t, h.Run(t, "runnertrust", "version"), release.version+" (commit ")
			})
		}
	}
}

// Helm 3 takes an archive for a folder, and does not make the folders that it is to unpack to.
func TestHelm3InstallsNoArchive(t *testing.T) {
	t.Parallel()
	release := theRelease(t)
	h := bareHome(t, "helm3")
	refused(t, h, "expected plugin to be a folder", "plugin", "install", filepath.Join(release.folder, release.archive()))
	refused(t, h, "extracting files from archive", "plugin", "install", release.serve(t).URL+"/good/"+release.archive())
}

// refused runs a Helm that has to fail with these words.
func refused(t *testing.T, h *helm.Helm, words string, args ...string) {
	t.Helper()
	if _, said, err := h.Try(args...); err == nil || !strings.Contains(said, words) {
		t.Errorf("helm %s: %v, no %q in:\n%s", strings.Join(args, " "), err, words, said)
	}
}

// A folder for links is one of a home, so not one of the system where a service's HOME is / or none.
func TestNoLinkInTheSystemsFolders(t *testing.T) {
	for name, env := range map[string][]string{"unset": nil, "empty": {"HOME="}, "root": {"HOME=/"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			release := theRelease(t)
			plugin := release.unpack(t, t.TempDir())
			t.Cleanup(func() {
				if target, _ := os.Readlink("/bin/helm-runnertrust"); strings.HasPrefix(target, plugin+"/") {
					t.Error("there is a link in /bin")
					_ = os.Remove("/bin/helm-runnertrust")
				}
			})
			said, err := installer(t, plugin, bareTools(t, installerTools...)+":/bin", env...)
			if err != nil {
				t.Fatal(said)
			}
			has(t, said, "linked nothing into PATH\n", " --post-renderer "+plugin+"/bin/helm-runnertrust ")
		})
	}
}

// What is in the way of the program is told, and what to do.
func TestSomethingInTheWay(t *testing.T) {
	release := theRelease(t)
	helm3 := filepath.Join(openFolder(t), "helm")
	content, err := os.ReadFile(tool.Path(t, "helm3"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(helm3, content, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		mode os.FileMode
		put  string // a folder
		says string
	}{
		"a folder of its name": {0o755, "helm-runnertrust", "/bin/helm-runnertrust is a folder\n"},
		"a read-only folder":   {0o555, "other", " cannot be written to\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clone := freshClone(t, openFolder(t))
			bin := filepath.Join(clone, "bin")
			if err := os.MkdirAll(filepath.Join(bin, test.put), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(bin, test.mode); err != nil {
				t.Fatal(err)
			}
			args := []string{"sh", filepath.Join(clone, "install-binary.sh")}
			if os.Getuid() == 0 { // to whom nothing is read-only
				args = append([]string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}, args...)
			}
			cmd := exec.Command(args[0], args[1:]...)
			cmd.Env = []string{"PATH=" + bareTools(t, installerTools...), "HELM_BIN=" + helm3, "RUNNERTRUST_RELEASES=" + release.folder}
			said, err := cmd.CombinedOutput()
			if err == nil {
				t.Error("it went well")
			}
			has(t, string(said), "runnertrust: error: ", test.says, ", then: sh "+clone+"/install-binary.sh\n")
			if left, err := os.ReadDir(filepath.Join(bin, test.put)); err != nil || len(left) > 0 {
				t.Errorf("in the folder: %v, %v", left, err)
			}
		})
	}
}

// openFolder is a temporary folder that other users find.
func openFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.Chmod(filepath.Dir(folder), 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}
