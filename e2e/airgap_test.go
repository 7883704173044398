package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/e2e/internal/helm"
	"helm-runnertrust/e2e/internal/tool"
)

// From the archive, an installation needs neither a network nor Go, works
// twice, and leaves nothing behind.
func TestArchiveInstallsWithoutNetwork(t *testing.T) {
	for _, bin := range helms {
		t.Run(bin, func(t *testing.T) {
			t.Parallel()
			release := theRelease(t)
			h := bareHomeOf(t, offline(t, tool.Path(t, bin)))
			folder := filepath.Join(t.TempDir(), "a folder")
			if err := os.Mkdir(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			plugin := release.unpack(t, folder)
			h.Run(t, "plugin", "list")
			before := files(t, h)
			for range 2 {
				_, said, err := h.Try("plugin", "install", plugin)
				if err != nil {
					t.Fatal(said)
				}
				if lines := strings.Split(strings.TrimSuffix(said, "\n"), "\n"); len(lines) != 3 {
					t.Errorf("the installer said more or less than three lines:\n%s", said)
				}
				has(t, said, "runnertrust: installed "+release.version+" (commit ", ", which was in the folder\n",
					"\nrunnertrust: next: helm runnertrust fetch HOST --save gitlab.crt && "+
						"helm upgrade ... --post-renderer helm-runnertrust --post-renderer-args --cert=gitlab.crt\n")
				has(t, h.Run(t, "runnertrust", "version"), release.version+" (commit ")
				g := newGitLab(t, chartHost)
				has(t, h.Run(t, append([]string{"template", "my", "chart"}, filteredWith(g.certFile)...)...), chartHost+".crt: ")
				h.Run(t, "plugin", "uninstall", "runnertrust")
				if after := files(t, h); !slices.Equal(after, before) {
					t.Errorf("files:\n%s\nwant:\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
				}
			}
		})
	}
}

// offline returns a program that runs the Helm in a network namespace of its own, without so much
// as loopback. A developer's machine may not allow that, CI has to.
func offline(t *testing.T, bin string) string {
	t.Helper()
	for _, flags := range []string{"-n", "-rn"} {
		program, err := exec.LookPath("unshare")
		if err == nil && exec.Command(program, flags, "true").Run() == nil {
			// exec, and unshare does so too: the hook's parent is Helm.
			return writeProgram(t, "exec "+program+" "+flags+" '"+bin+"' \"$@\"\n")
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("unshare makes no network namespace here")
	}
	t.Log("with a network: unshare makes no network namespace here")
	return bin
}

// writeProgram writes a shell script to a folder of its own.
func writeProgram(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "helm")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// A clone takes the archive that lies beside it, in less than two seconds of this machine's time.
func TestCloneTakesTheArchiveBesideIt(t *testing.T) {
	for _, bin := range helms {
		for _, place := range []string{".", "dist", ".."} {
			t.Run(bin+"/"+place, func(t *testing.T) {
				t.Parallel()
				release := theRelease(t)
				clone := freshClone(t, t.TempDir())
				beside := filepath.Join(clone, place)
				if err := os.MkdirAll(beside, 0o755); err != nil {
					t.Fatal(err)
				}
				release.copyTo(t, beside, release.archive(), release.checksums())
				h := bareHome(t, bin)
				source := clone
				if place == "dist" {
					source = "file://" + clone // git copies the history, and knows where it comes from
				}
				args := []string{"plugin", "install", source}
				if bin == "helm4" {
					args = append(args, "--verify=false")
				}
				said, installing := timed(t, h, args...)
				has(t, said, ", from ", "/"+release.archive()+", SHA-256 checked\n")
				said, telling := timed(t, h, "runnertrust", "version")
				has(t, said, release.version+" (commit ")
				if used := installing + telling; source == clone && used > 2*time.Second {
					t.Errorf("%s of CPU time to install it and %s to tell the version", installing, telling)
				}
			})
		}
	}
}

// timed runs Helm, and returns what it printed and the CPU time that it and its children took. The
// time on the clock is logged only: other tests take their part of the machine.
func timed(t *testing.T, h *helm.Helm, args ...string) (said string, used time.Duration) {
	t.Helper()
	cmd, start := h.Command(args...), time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s\n%s", err, out)
	}
	used = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	t.Logf("%s: %s of CPU time, %s on the clock", strings.Join(args[:2], " "), used, time.Since(start))
	return string(out), used
}

// Helm 4 installs the archive itself, and the hook registers the post-renderer.
func TestHelm4InstallsTheArchiveFile(t *testing.T) {
	t.Parallel()
	release := theRelease(t)
	h := bareHome(t, "helm4")
	h.Run(t, "plugin", "install", "--verify=false", filepath.Join(release.folder, release.archive()))
	g := newGitLab(t, chartHost)
	has(t, h.Run(t, append([]string{"template", "my", "chart"}, filteredWith(g.certFile)...)...), chartHost+".crt: ")
}

// Where the program is linked, and what is to be typed then.
func TestLinkForHelm3(t *testing.T) {
	release := theRelease(t)
	for name, test := range map[string]struct {
		env    func(home string) map[string]string
		linked string // in the home
		typed  func(home, plugin string) string
	}{
		"its own folder": {
			env: func(home string) map[string]string {
				return map[string]string{"RUNNERTRUST_BIN_DIR": home + "/my programs"}
			},
			linked: "my programs/helm-runnertrust",
			typed:  func(home, _ string) string { return "'" + home + "/my programs/helm-runnertrust'" },
		},
		"a relative folder": {
			env:    func(string) map[string]string { return map[string]string{"RUNNERTRUST_BIN_DIR": "-p/bin"} },
			linked: "-p/bin/helm-runnertrust",
			typed:  func(home, _ string) string { return home + "/-p/bin/helm-runnertrust" },
		},
		"no link": {
			env:   func(string) map[string]string { return map[string]string{"RUNNERTRUST_NO_LINK": "1"} },
			typed: func(_, plugin string) string { return plugin + "/bin/helm-runnertrust" },
		},
		"home": {
			env:    func(string) map[string]string { return nil },
			linked: ".local/bin/helm-runnertrust",
			typed:  func(string, string) string { return "helm-runnertrust" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := bareHome(t, "helm3")
			home := h.Getenv("HOME")
			h.Dir = home
			for name, value := range test.env(home) {
				h.Setenv(name, value)
			}
			_, said, err := h.Try("plugin", "install", release.unpack(t, t.TempDir()))
			if err != nil {
				t.Fatal(said)
			}
			plugin := h.Getenv("HELM_PLUGINS") + "/runnertrust"
			has(t, said, " --post-renderer "+test.typed(home, plugin)+" --post-renderer-args")
			var linked []string
			for _, file := range files(t, h) {
				if file, target, found := strings.Cut(file, " -> "); found && target == plugin+"/bin/helm-runnertrust" {
					linked = append(linked, strings.TrimPrefix(file, home+"/"))
				}
			}
			if strings.Join(linked, " ") != test.linked {
				t.Errorf("linked %q, want %q", linked, test.linked)
			}
			for name := range test.env(home) {
				h.Setenv(name, "") // as it is days later
			}
			h.Run(t, "plugin", "uninstall", "runnertrust")
			for _, file := range files(t, h) {
				if strings.Contains(file, "helm-runnertrust") {
					t.Errorf("left: %s", file)
				}
			}
		})
	}
}
