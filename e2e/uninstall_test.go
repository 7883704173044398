package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/helm"
	"helm-runnertrust/e2e/internal/tool"
)

func TestUninstallLeavesNothingBehind(t *testing.T) {
	for _, bin := range helms {
		t.Run(bin, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, bin)
			h.Run(t, "plugin", "list")
			before := files(t, h)
			if err := installPlugin(h, bin); err != nil {
				t.Fatal(err)
			}
			if slices.Equal(files(t, h), before) {
				t.Fatal("the installation left no file")
			}

			h.Run(t, "plugin", "uninstall", "runnertrust")

			if after := files(t, h); !slices.Equal(after, before) {
				t.Errorf("files:\n%s\nwant:\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
			}
			if list := h.Run(t, "plugin", "list"); strings.Contains(list, "runnertrust") {
				t.Errorf("plugins:\n%s", list)
			}
		})
	}
}

// The plugin of one Helm does not disturb the other, as long as they have
// plugin folders of their own: Helm 3 cannot load the post-renderer's.
func TestHelm3LoadsItsPluginsBesideHelm4(t *testing.T) {
	t.Parallel()
	h3, h4 := newHome(t, "helm3"), newHome(t, "helm4")
	h4.Setenv("HOME", h3.Getenv("HOME"))
	h4.Setenv("PATH", h3.Getenv("PATH"))
	for bin, h := range map[string]*helm.Helm{"helm3": h3, "helm4": h4} {
		if err := installPlugin(h, bin); err != nil {
			t.Fatal(err)
		}
	}
	version := h4.Run(t, "runnertrust", "version")
	if got := h3.Run(t, "runnertrust", "version"); got != version {
		t.Errorf("version %q, want %q", got, version)
	}
	g := newGitLab(t, chartHost)
	h4.Run(t, "plugin", "uninstall", "runnertrust")
	h3.Run(t, append([]string{"template", "my", "chart"}, filteredWith(g.certFile)...)...)
}

// A second installation of another folder must not take over the program of
// the first.
func TestInstallKeepsAnotherProgramOfThatName(t *testing.T) {
	t.Parallel()
	h := newHome(t, "helm3")
	taken := filepath.Join(h.Getenv("HOME"), ".local", "bin", "helm-runnertrust")
	if err := os.WriteFile(taken, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	err := installPlugin(h, "helm3")
	if err == nil || !strings.Contains(err.Error(), "runnertrust: error: "+taken+" is there already") {
		t.Errorf("the installation said %v", err)
	}
	if content, err := os.ReadFile(taken); err != nil || string(content) != "#!/bin/sh\n" {
		t.Errorf("%s now holds %q, %v", taken, content, err)
	}
}

// newHome returns a Helm without plugins, ready for an installation.
func newHome(t *testing.T, bin string) *helm.Helm {
	t.Helper()
	h := helm.New(t, tool.Path(t, bin), "")
	if err := prepareInstall(h); err != nil {
		t.Fatal(err)
	}
	return h
}

// files lists everything in the home but the caches, with the targets of links.
func files(t *testing.T, h *helm.Helm) []string {
	t.Helper()
	home, cache := h.Getenv("HOME"), h.Getenv("HELM_CACHE_HOME")
	var list []string
	err := filepath.WalkDir(home, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path == cache {
			return filepath.SkipDir
		}
		if entry.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(path)
			list = append(list, path+" -> "+target)
			return err
		}
		list = append(list, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}
