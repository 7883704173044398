// Package tool builds the programs that the tests and the Makefile run beside
// the Go toolchain. Each is pinned by a module of its own in tools/NAME, so
// that its dependencies never meet another's, and is built once per machine.
package tool

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Path builds the tool pinned by tools/NAME unless that was done before, and
// returns the absolute path of its binary. It fails the test otherwise.
func Path(t testing.TB, name string) string {
	t.Helper()
	path, err := Build(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Build is Path for callers without a test, such as TestMain. The working
// directory must be inside the module that holds tools/. Binaries are kept in
// os.UserCacheDir()/helm-runnertrust/tools and are never removed from there.
// The error of a failed build holds what the compiler said.
func Build(name string) (string, error) {
	dir, err := moduleDir(name)
	if err != nil {
		return "", fmt.Errorf("tool %q: %w", name, err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("tool %q: %w", name, err)
	}
	path, err := build(name, dir, filepath.Join(cache, "helm-runnertrust", "tools"))
	if err != nil {
		return "", fmt.Errorf("tool %q: %w", name, err)
	}
	return path, nil
}

// moduleDir finds tools/NAME in the working directory or the nearest parent.
func moduleDir(name string) (string, error) {
	if name == "" || name == "." || filepath.Base(name) != name {
		return "", fmt.Errorf("not the name of a folder in tools")
	}
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		module := filepath.Join(dir, "tools", name)
		if _, err := os.Stat(filepath.Join(module, "go.mod")); err == nil {
			return module, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no tools/%s/go.mod in %s or above", name, start)
		}
	}
}

// build compiles the module in dir to a file of the folder cache that is named
// after everything the binary depends on, or finds it there.
func build(name, dir, cache string) (string, error) {
	args, err := buildArgs(dir)
	if err != nil {
		return "", err
	}
	key, err := cacheKey(dir, args)
	if err != nil {
		return "", err
	}
	path := filepath.Join(cache, name+"-"+key, name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	// Packages are tested in parallel processes: the second one waits here
	// instead of compiling the same program again.
	unlock, err := lock(filepath.Join(filepath.Dir(path), "lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, compile(dir, args, path)
}

// compile runs `go build` and gives the binary its name only when it is whole.
func compile(dir string, args []string, path string) error {
	temp, err := os.MkdirTemp(filepath.Dir(path), "build-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	binary := filepath.Join(temp, filepath.Base(path))
	if _, err := goCommand(dir, append([]string{"build", "-o", binary}, args...)...); err != nil {
		return err
	}
	return os.Rename(binary, path)
}

// goCommand runs the go command in dir, for this machine whatever GOOS says,
// and returns its stdout. The error holds its stderr.
func goCommand(dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(context.Background(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "GOWORK=off", "GOOS=", "GOARCH=")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s in %s: %w\n%s", args[0], dir, err, stderr.String())
	}
	return out, nil
}
