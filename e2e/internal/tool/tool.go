// Package tool builds the programs that the tests and the Makefile run beside
// the Go toolchain. Each is pinned by a module of its own in tools/NAME, so
// that its dependencies never meet another's, and is built once per machine.
package tool

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
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

// Program builds the program of this project, which is in the folder repository, to path. The flags
// are those of go build.
func Program(path, repository string, flags ...string) error {
	args := slices.Concat([]string{"build", "-trimpath", "-buildvcs=false", "-o", path}, flags, []string{"."})
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = repository, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// moduleDir finds tools/NAME in the working directory or the nearest parent.
func moduleDir(name string) (string, error) {
	if name == "" || name == "." || filepath.Base(name) != name {
		return "", errors.New("not the name of a folder in tools")
	}
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		module := filepath.Join(dir, "tools", name)
		if exists(filepath.Join(module, "go.mod")) {
			return module, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no tools/%s/go.mod in %s or above", name, start)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// build compiles the module in dir to a file of the folder cache that is named
// after everything the binary depends on, or finds it there.
func build(name, dir, cache string) (string, error) {
	args, key, err := recipe(dir)
	if err != nil {
		return "", err
	}
	path := filepath.Join(cache, name+"-"+key, name)
	if exists(path) {
		return path, nil
	}
	fmt.Fprintf(os.Stderr, "building %s from source, which may take minutes and is done once on a machine\n", name)
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
	if exists(path) {
		return path, nil
	}
	return path, compile(dir, args, path)
}

// compile runs `go build` for this machine, whatever GOOS says, and gives the
// binary its name only when it is whole.
func compile(dir string, args []string, path string) error {
	temp, err := os.MkdirTemp(filepath.Dir(path), "build-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	binary := filepath.Join(temp, filepath.Base(path))
	cmd := exec.Command("go", slices.Concat([]string{"build", "-o", binary}, args)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "GOWORK=off", "GOOS=", "GOARCH=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build in %s: %w\n%s", dir, err, out)
	}
	return os.Rename(binary, path)
}

var (
	toolLine       = regexp.MustCompile(`(?m)^tool (\S+)$`)
	kubernetesLine = regexp.MustCompile(`(?m)^(?:require|\t)\s*k8s\.io/kubernetes (v(\d+)\.(\d+)\.\S+)`)
)

// recipe returns the arguments of `go build` for the module in dir, and a hash
// of what the binary is made of: the Go release, the arguments, go.mod, go.sum
// and the module's Go files.
func recipe(dir string) (args []string, key string, err error) {
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return nil, "", err
	}
	pkg, flags := ".", "-s -w"
	if tool := toolLine.FindSubmatch(mod); tool != nil {
		pkg = string(tool[1])
	}
	// Kubernetes' own build (hack/lib/version.sh) sets the version. Without it the API
	// server calls itself v0.0.0-master, and charts see that as .Capabilities.
	if v := kubernetesLine.FindSubmatch(mod); v != nil {
		for _, of := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
			flags += fmt.Sprintf(" -X %s.gitVersion=%s -X %s.gitMajor=%s -X %s.gitMinor=%s", of, v[1], of, v[2], of, v[3])
		}
	}
	args = []string{"-trimpath", "-ldflags", flags, pkg}
	hash := sha256.New()
	_, _ = fmt.Fprintf(hash, "go version %s %s/%s\n%q\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, args)
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	files = append(files, filepath.Join(dir, "go.mod"), filepath.Join(dir, "go.sum"))
	slices.Sort(files)
	for _, file := range files {
		content, readErr := os.ReadFile(file)
		if readErr != nil && !errors.Is(readErr, os.ErrNotExist) {
			err = errors.Join(err, readErr)
		}
		if readErr == nil {
			_, _ = fmt.Fprintf(hash, "%s %d\n%s", filepath.Base(file), len(content), content)
		}
	}
	return args, fmt.Sprintf("%x", hash.Sum(nil))[:16], err
}
