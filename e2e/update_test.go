package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/helm"
	"helm-runnertrust/e2e/internal/tool"
)

// A tag of the clone is installed as the release of that version, and no other
// is taken in its place.
func TestInstallOfATag(t *testing.T) {
	for _, bin := range helms {
		t.Run(bin, func(t *testing.T) {
			t.Parallel()
			release := theRelease(t)
			upstream := freshClone(t, t.TempDir())
			command(t, upstream, nil, "git", "tag", "v"+release.version)
			commitVersion(t, upstream, release.version, "9.9.9")

			h := bareHome(t, bin)
			h.Setenv("RUNNERTRUST_RELEASES", release.folder)
			if said, err := installFrom(h, bin, "file://"+upstream, "--version", release.version); err != nil {
				t.Fatal(said)
			}
			has(t, h.Run(t, "runnertrust", "version"), release.version+" (commit ")
			h.Run(t, "plugin", "uninstall", "runnertrust")

			h = bareHome(t, bin)
			h.Setenv("RUNNERTRUST_RELEASES", release.folder)
			said, err := installFrom(h, bin, "file://"+upstream)
			if err == nil {
				t.Error("9.9.9 is not released, and was installed")
			}
			has(t, said, "runnertrust-9.9.9-")
		})
	}
}

// An update follows the clone. Helm removes the program before it, so that one
// that fails leaves what says so.
func TestUpdate(t *testing.T) {
	for _, bin := range helms {
		t.Run(bin, func(t *testing.T) {
			t.Parallel()
			release := theRelease(t)
			upstream := freshClone(t, t.TempDir())
			h := newHome(t, bin)
			h.Setenv("RUNNERTRUST_RELEASES", release.folder)
			if said, err := installFrom(h, bin, "file://"+upstream); err != nil {
				t.Fatal(said)
			}
			h.Run(t, "plugin", "update", "runnertrust")
			has(t, h.Run(t, "runnertrust", "version"), release.version+" (commit ")

			commitVersion(t, upstream, release.version, "9.9.9")
			if _, said, err := h.Try("plugin", "update", "runnertrust"); err == nil {
				t.Errorf("the update found 9.9.9:\n%s", said)
			}
			_, answer, err := h.Try("runnertrust", "version")
			if err == nil {
				t.Error("the old program is still there")
			}
			has(t, answer, "runnertrust: error: not installed: ", "runnertrust-9.9.9-")

			h.Setenv("RUNNERTRUST_RELEASES", "")
			for range 2 {
				command(t, upstream, nil, "git", "-c", "user.name=e2e", "-c", "user.email=", "commit", "--quiet", "--allow-empty", "-m", "more")
				_, said, err := h.Try("plugin", "update", "runnertrust")
				if err != nil {
					t.Fatal(said)
				}
				has(t, said, "building 9.9.9 from source, which takes minutes")
				head := command(t, upstream, nil, "git", "rev-parse", "--short=12", "HEAD")
				has(t, h.Run(t, "runnertrust", "version"), "9.9.9 (commit "+strings.TrimSpace(head))
			}
		})
	}
}

// commitVersion makes a clone's plugins another version.
func commitVersion(t *testing.T, clone, from, to string) {
	t.Helper()
	for _, name := range []string{"plugin.yaml", "postrenderer/plugin.yaml"} {
		path := filepath.Join(clone, name)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(content), "\nversion: "+from+"\n", "\nversion: "+to+"\n", 1)
		if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command(t, clone, nil, "git", "-c", "user.name=e2e", "-c", "user.email=", "commit", "--quiet", "-am", to)
}

// installFrom installs from a git URL, and returns what was said.
func installFrom(h *helm.Helm, bin, url string, args ...string) (string, error) {
	args = append([]string{"plugin", "install", url}, args...)
	if bin == "helm4" {
		args = append(args, "--verify=false")
	}
	_, said, err := h.Try(args...)
	return said, err
}

// Where both Helms use one plugin folder, Helm 4's installation warns of what
// that does to Helm 3, and the command that it names mends it.
func TestBothHelmsInOneFolder(t *testing.T) {
	t.Parallel()
	release := theRelease(t)
	h4 := bareHome(t, "helm4")
	home := h4.Getenv("HOME")
	program := filepath.Join(home, ".local", "bin", "helm3")
	if err := os.Symlink(tool.Path(t, "helm3"), program); err != nil {
		t.Fatal(err)
	}
	_, said, err := h4.Try("plugin", "install", release.unpack(t, t.TempDir()))
	if err != nil {
		t.Fatal(said)
	}
	plugins := h4.Getenv("HELM_PLUGINS")
	has(t, said, "runnertrust: warning: Helm 3 ("+program+") shares "+plugins)
	_, hint, _ := strings.Cut(said, "in every run: ")
	mend, _, _ := strings.Cut(hint, "\n")

	h3 := helm.In(home, tool.Path(t, "helm3"), "")
	h3.Setenv("PATH", h4.Getenv("PATH"))
	if _, said, _ := h3.Try("runnertrust", "version"); !strings.Contains(said, "failed to load plugins") {
		t.Errorf("Helm 3 is not broken:\n%s", said)
	}
	command(t, "", []string{"HOME=" + home, "PATH=" + h4.Getenv("PATH"), "HELM_DATA_HOME=" + home + "/data",
		"HELM_CACHE_HOME=" + home + "/cache", "HELM_CONFIG_HOME=" + home + "/config"}, "sh", "-c", mend)

	assignment, _, _ := strings.Cut(mend, " ")
	h3.Setenv("HELM_PLUGINS", strings.TrimPrefix(assignment, "HELM_PLUGINS="))
	works(t, h3, release.version)
	works(t, h4, release.version)
	h3.Run(t, "plugin", "uninstall", "runnertrust")
	works(t, h4, release.version)
}

// A build that fails leaves a plugin that says what to do.
func TestFailedBuild(t *testing.T) {
	for _, bin := range helms {
		t.Run(bin, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, bin)
			clone := freshClone(t, t.TempDir())
			if err := os.WriteFile(filepath.Join(clone, "main.go"), []byte("package main\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			_, said, err := h.Try("plugin", "install", clone)
			if err == nil {
				t.Error("it was built")
			}
			has(t, said, "building ", " from source, which takes minutes\n", "runnertrust: error: the build failed\n")
			_, answer, err := h.Try("runnertrust", "verify", "gitlab.example.com")
			if err == nil {
				t.Error("the plugin works")
			}
			has(t, answer, "runnertrust: error: not installed: the build failed\n",
				"; then: sh "+h.Getenv("HELM_PLUGINS")+"/helm-runnertrust/install-binary.sh\n")
		})
	}
}

// Two folders of the plugin, and Helm loads none: the second installation says how to keep either.
func TestTwoFoldersOfThePlugin(t *testing.T) {
	for _, bin := range helms {
		for _, choice := range []string{"to keep that one: ", "to replace it: "} {
			t.Run(bin+"/"+choice, func(t *testing.T) {
				t.Parallel()
				release := theRelease(t)
				h := bareHome(t, bin)
				folder := filepath.Join(t.TempDir(), "another folder")
				if err := os.CopyFS(folder, os.DirFS(release.unpack(t, t.TempDir()))); err != nil {
					t.Fatal(err)
				}
				h.Run(t, "plugin", "install", folder)
				_, said, err := h.Try("plugin", "install", release.unpack(t, t.TempDir()))
				if err == nil {
					t.Fatal("both are installed")
				}
				has(t, said, "runnertrust: error: "+h.Getenv("HELM_PLUGINS")+"/another folder is this plugin too")
				if _, said, err := h.Try("runnertrust", "version"); err == nil {
					t.Errorf("Helm loads both: %s", said)
				}
				_, hint, _ := strings.Cut(said, choice)
				hint, _, _ = strings.Cut(hint, "\n")
				hint, _, _ = strings.Cut(hint, "; to replace")
				command(t, "", []string{"HOME=" + h.Getenv("HOME"), "PATH=" + h.Getenv("PATH"), "HELM_BIN=" + tool.Path(t, bin)}, "sh", "-c", hint)
				works(t, h, release.version)
				if kept := h.Run(t, "plugin", "list"); strings.Count(kept, "\nrunnertrust") != 1 {
					t.Errorf("plugins:\n%s", kept)
				}
			})
		}
	}
}
