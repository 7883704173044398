package tool

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

const hello = `package main

import "fmt"

func main() { fmt.Println("hello") }
`

// module writes a tool's module with the given main.go and returns its folder.
func module(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module hello\n\ngo 1.26\n")
	write(t, filepath.Join(dir, "main.go"), source)
	return dir
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestConcurrentBuildersGetOneWorkingBinary(t *testing.T) {
	dir, cache := module(t, hello), t.TempDir()
	paths, errs := make([]string, 4), make([]error, 4)
	var builders sync.WaitGroup
	for i := range paths {
		builders.Go(func() { paths[i], errs[i] = build("hello", dir, cache) })
	}
	builders.Wait()
	for i := range paths {
		if errs[i] != nil || paths[i] != paths[0] {
			t.Fatalf("builder %d: %q, %v, want %q", i, paths[i], errs[i], paths[0])
		}
	}
	out, err := exec.Command(paths[0]).Output()
	if err != nil || string(out) != "hello\n" {
		t.Fatalf("the binary printed %q, %v", out, err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(paths[0]), "build-*"))
	if err != nil || len(left) != 0 {
		t.Fatalf("left behind: %q, %v", left, err)
	}
}

func TestBinaryIsReusedUntilTheSourceChanges(t *testing.T) {
	dir, cache := module(t, hello), t.TempDir()
	first, err := build("hello", dir, cache)
	if err != nil {
		t.Fatal(err)
	}
	// The second call must not compile: what it finds is this text.
	write(t, first, "not compiled again")
	second, err := build("hello", dir, cache)
	if err != nil || second != first {
		t.Fatalf("got %q, %v, want %q", second, err, first)
	}
	if content, _ := os.ReadFile(second); string(content) != "not compiled again" {
		t.Fatal("compiled again although nothing changed")
	}
	write(t, filepath.Join(dir, "main.go"), strings.Replace(hello, "hello", "bye", 1))
	third, err := build("hello", dir, cache)
	if err != nil || third == first {
		t.Fatalf("got %q, %v, want another path than %q", third, err, first)
	}
}

func TestErrorHoldsWhatTheCompilerSaid(t *testing.T) {
	_, err := build("hello", module(t, "package main\n\nfunc main() { undefinedName() }\n"), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "undefined: undefinedName") {
		t.Fatalf("got %v", err)
	}
}

func TestUnknownTool(t *testing.T) {
	for name, want := range map[string]string{
		"no-such-tool": "no tools/no-such-tool/go.mod in ",
		"../helm3":     "not the name of a folder",
		"":             "not the name of a folder",
	} {
		if _, err := Build(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Build(%q): %v, want %q", name, err, want)
		}
	}
}

func TestEveryToolHasARecipe(t *testing.T) {
	mods, err := filepath.Glob("../../tools/*/go.mod")
	if err != nil || len(mods) == 0 {
		t.Fatalf("no tools found: %v", err)
	}
	for _, mod := range mods {
		dir := filepath.Dir(mod)
		args, _, err := recipe(dir)
		if err != nil {
			t.Errorf("%s: %v", dir, err)
			continue
		}
		pkg := args[len(args)-1]
		if pkg == "." && !exists(filepath.Join(dir, "main.go")) {
			t.Errorf("%s: neither a tool directive nor a main.go", dir)
		}
	}
}

func TestKubernetesHasItsVersion(t *testing.T) {
	args, _, err := recipe("../../tools/kubernetes")
	if err != nil {
		t.Fatal(err)
	}
	if flags := strings.Join(args, " "); !regexp.MustCompile(`version\.gitVersion=v(\d+)\.(\d+)\.\d+ .*version\.gitMajor=\d+ .*version\.gitMinor=\d+`).MatchString(flags) {
		t.Errorf("no version in %q", flags)
	}
}
