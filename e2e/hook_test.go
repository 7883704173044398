package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"helm-runnertrust/e2e/internal/tool"
)

// shells are those that are somebody's sh.
var shells = map[string][]string{"dash": {"dash"}, "bash": {"bash", "--posix"}, "busybox": {"busybox", "sh"}}

// deleteHook is what Helm gives sh after it has removed the plugin.
func deleteHook(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../plugin.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var plugin struct {
		Hooks struct{ Delete string }
	}
	if err := yaml.Unmarshal(content, &plugin); err != nil || plugin.Hooks.Delete == "" {
		t.Fatalf("plugin.yaml has no delete hook: %v", err)
	}
	return plugin.Hooks.Delete
}

// deletions are runs of the delete hook for the plugin in HOME/plugins/src.
var deletions = map[string]struct {
	pluginDir string // as Helm says it
	note      string // the folders in the note, or none
	stays     map[string]string
	goes      map[string]string
}{
	"absolute": {pluginDir: "HOME/plugins/src", note: "HOME/b\n",
		goes: map[string]string{"b/helm-runnertrust": "HOME/plugins/src/bin/helm-runnertrust",
			"plugins/helm-runnertrust-postrenderer": "HOME/plugins/src/postrenderer"}},
	"relative": {pluginDir: "plugins/src", note: "HOME/b\n",
		goes: map[string]string{"b/helm-runnertrust": "HOME/plugins/src/bin/helm-runnertrust",
			"plugins/helm-runnertrust-postrenderer": "HOME/plugins/src/postrenderer"}},
	"relative, by the parent": {pluginDir: "../WORLD/plugins/src", note: "HOME/b\n",
		goes: map[string]string{"b/helm-runnertrust": "HOME/plugins/src/bin/helm-runnertrust"}},
	"a pattern": {pluginDir: "HOME/plugins/src", note: "HOME/[q]\nHOME/*\n",
		goes: map[string]string{"[q]/helm-runnertrust": "HOME/plugins/src/bin/helm-runnertrust",
			"*/helm-runnertrust": "HOME/plugins/src/bin/helm-runnertrust"},
		stays: map[string]string{"q/helm-runnertrust": "HOME/plugins/src/bin/helm-runnertrust"}},
	"elsewhere": {pluginDir: "HOME/plugins/src", note: "HOME/b\nHOME/c\n",
		stays: map[string]string{"b/helm-runnertrust": "HOME/plugins/src/../other/bin/x",
			"c/helm-runnertrust": "HOME/plugins/src2/bin/helm-runnertrust"}},
	"the note is a folder": {pluginDir: "HOME/plugins/src", note: "",
		goes:  map[string]string{".local/bin/helm-runnertrust": "HOME/plugins/src/bin/helm-runnertrust"},
		stays: map[string]string{"plugins/.helm-runnertrust-links/x": "nothing"}},
}

// The delete hook removes the links of the installer and its note, and nothing else.
func TestDeleteHook(t *testing.T) {
	hook := deleteHook(t)
	for name, test := range deletions {
		for shell, program := range shells {
			t.Run(name+"/"+shell, func(t *testing.T) {
				t.Parallel()
				home := t.TempDir()
				real := strings.NewReplacer("HOME", home, "WORLD", filepath.Base(home)).Replace
				for _, links := range []map[string]string{test.goes, test.stays, {"plugins/src/unused": "x"}} {
					for link, target := range links {
						symlink(t, real(target), filepath.Join(home, link))
					}
				}
				note := filepath.Join(home, "plugins", ".helm-runnertrust-links")
				if test.note != "" {
					if err := os.WriteFile(note, []byte(real(test.note)), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				if err := os.RemoveAll(filepath.Join(home, "plugins", "src")); err != nil {
					t.Fatal(err)
				}
				path, err := exec.LookPath(program[0])
				if err != nil {
					t.Fatal(err)
				}
				tools := map[bool]string{true: busyboxTools(t), false: bareTools(t, installerTools...)}[shell == "busybox"]
				command(t, home, []string{"HOME=" + home, "PATH=" + tools, "PWD=" + home, "HELM_PLUGIN_DIR=" + real(test.pluginDir)},
					path, append(slices.Clone(program[1:]), "-c", hook)...)
				for link := range test.goes {
					if _, err := os.Lstat(filepath.Join(home, link)); err == nil {
						t.Errorf("%s is still there", link)
					}
				}
				for link := range test.stays {
					if _, err := os.Lstat(filepath.Join(home, link)); err != nil {
						t.Error(err)
					}
				}
				if _, err := os.Lstat(note); test.note != "" && err == nil {
					t.Error("the note is still there")
				}
			})
		}
	}
}

// symlink makes a link, and its folder.
func symlink(t *testing.T, target, link string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
}

// installable is a clone that has a program of its version already, which does nothing else.
func installable(t *testing.T, folder string) string {
	t.Helper()
	clone := freshClone(t, folder)
	program := filepath.Join(clone, "bin", "helm-runnertrust")
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		t.Fatal(err)
	}
	version := command(t, clone, nil, "sed", "-n", "s/^version: *//p", "plugin.yaml")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho "+strings.TrimSpace(version)+" stand-in\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return clone
}

// Helm 3 uninstalls all from a relative HELM_PLUGINS, too.
func TestUninstallFromRelativePlugins(t *testing.T) {
	for _, plugins := range []string{"rel", ".", "../WORLD/rel"} {
		t.Run(plugins, func(t *testing.T) {
			t.Parallel()
			h := bareHome(t, "helm3")
			h.Dir = h.Getenv("HOME")
			h.Setenv("HELM_PLUGINS", strings.Replace(plugins, "WORLD", filepath.Base(h.Dir), 1))
			h.Setenv("PWD", h.Dir)
			h.Setenv("RUNNERTRUST_BIN_DIR", h.Dir+"/b")
			if err := os.Mkdir(filepath.Join(h.Dir, "rel"), 0o755); err != nil {
				t.Fatal(err)
			}
			h.Run(t, "plugin", "install", installable(t, t.TempDir()))
			if target, err := os.Readlink(filepath.Join(h.Dir, "b", "helm-runnertrust")); err != nil || !filepath.IsAbs(target) {
				t.Fatalf("linked to %q, %v", target, err)
			}
			h.Setenv("RUNNERTRUST_BIN_DIR", "") // as it is days later
			h.Run(t, "plugin", "uninstall", "runnertrust")
			for _, file := range files(t, h) {
				if strings.Contains(file, "helm-runnertrust") {
					t.Errorf("left: %s", file)
				}
			}
		})
	}
}

// A folder that the delete hook could not find again gets no link.
func TestNoLinkIntoAFolderThatCannotBeNoted(t *testing.T) {
	for name, folder := range map[string]string{"a colon": "a:b", "a line break": "a\nb", "a line break at the end": "a\n"} {
		for shell, program := range shells {
			t.Run(name+"/"+shell, func(t *testing.T) {
				t.Parallel()
				home := t.TempDir()
				path, err := exec.LookPath(program[0])
				if err != nil {
					t.Fatal(err)
				}
				cmd := exec.Command(path, append(slices.Clone(program[1:]), installable(t, t.TempDir())+"/install-binary.sh")...)
				cmd.Dir = home
				cmd.Env = []string{"HOME=" + home, "PATH=" + bareTools(t, installerTools...), "HELM_BIN=" + tool.Path(t, "helm3"),
					"RUNNERTRUST_BIN_DIR=" + folder}
				said, err := cmd.CombinedOutput()
				if err == nil {
					t.Error("it went well")
				}
				has(t, string(said), "runnertrust: error: the path of RUNNERTRUST_BIN_DIR has a colon or a line break\n",
					"runnertrust: hint: set it to another folder, then: sh ")
				if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
					t.Errorf("in the folder: %v, %v", left, err)
				}
			})
		}
	}
}
