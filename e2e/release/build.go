package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"helm-runnertrust/e2e/internal/tool"
)

// repository is where this program runs: the module of e2e/.
const repository = ".."

// cloneHead clones what is committed into a new folder of that name, so that
// nothing else gets into a release. The caller removes it.
func cloneHead(name string) (clone string, remove func(), err error) {
	temp, err := os.MkdirTemp("", "runnertrust-release-")
	if err != nil {
		return "", nil, err
	}
	clone = filepath.Join(temp, name)
	remove = func() { _ = os.RemoveAll(temp) }
	if err := command(".", nil, "git", "clone", "--quiet", repository, clone); err != nil {
		remove()
		return "", nil, err
	}
	return clone, remove, nil
}

// build makes everything but the signatures from a clone in the folder, and
// returns the version.
func build(clone, folder string) (version string, err error) {
	plugins, err := readPlugins(clone)
	if err != nil {
		return "", err
	}
	if err := plugins.writeWindows(filepath.Join(clone, "bin", "windows")); err != nil {
		return "", err
	}
	if err := runGoreleaser(clone, plugins.version, os.Environ()); err != nil {
		return "", err
	}
	if err := collect(filepath.Join(clone, "dist"), folder); err != nil {
		return "", err
	}
	if err := plugins.writePackages(clone, folder); err != nil {
		return "", err
	}
	return plugins.version, writeChecksums(folder, plugins.version)
}

// runGoreleaser builds the programs, archives and SBOMs into the clone's dist/,
// without a network.
func runGoreleaser(clone, version string, env []string) error {
	goreleaser, err := tool.Build("goreleaser")
	if err != nil {
		return err
	}
	sbom, err := tool.Build("cyclonedx-gomod")
	if err != nil {
		return err
	}
	if err := command(clone, env, "go", "mod", "download"); err != nil {
		return err
	}
	env = append(env,
		"RELEASE_VERSION="+version,
		"PATH="+filepath.Dir(sbom)+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GOFLAGS=-mod=readonly", "GOPROXY=off", "GOOS=", "GOARCH=")
	return command(clone, env, goreleaser, "release", "--snapshot")
}

// collect copies what goreleaser made for a release; its dist/ also has what
// it noted for itself.
func collect(dist, folder string) error {
	count := 0
	for _, pattern := range []string{"*.tar.gz", "*.zip", "*.cdx.json"} {
		files, err := filepath.Glob(filepath.Join(dist, pattern))
		if err != nil {
			return err
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(folder, filepath.Base(file)), content, 0o644); err != nil {
				return err
			}
		}
		count += len(files)
	}
	if want := 2 * len(platforms); count != want {
		return fmt.Errorf("goreleaser made %d archives and SBOMs, want %d", count, want)
	}
	return nil
}

// command shows what is waited for and runs it. The error holds what it printed.
func command(dir string, env []string, name string, args ...string) error {
	fmt.Fprintln(os.Stderr, "+", filepath.Base(name), strings.Join(args, " "))
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return nil
}
