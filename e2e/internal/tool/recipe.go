package tool

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// goMod is the part of `go mod edit -json` that a build depends on.
type goMod struct {
	Require []struct{ Path, Version string }
	Tool    []struct{ Path string }
}

// version returns the required version of a module, "" when it is not required.
func (m goMod) version(path string) string {
	for _, r := range m.Require {
		if r.Path == path {
			return r.Version
		}
	}
	return ""
}

// buildArgs returns the arguments of `go build` for the module in dir: its one
// tool directive says what to build, else it is the package in dir itself.
func buildArgs(dir string) ([]string, error) {
	out, err := goCommand(dir, "mod", "edit", "-json")
	if err != nil {
		return nil, err
	}
	var mod goMod
	if err := json.Unmarshal(out, &mod); err != nil {
		return nil, fmt.Errorf("go mod edit -json in %s: %w", dir, err)
	}
	if len(mod.Tool) > 1 {
		return nil, fmt.Errorf("%s/go.mod: %d tool directives, want one", dir, len(mod.Tool))
	}
	pkg := "."
	if len(mod.Tool) == 1 {
		pkg = mod.Tool[0].Path
	}
	flags := []string{"-s", "-w"}
	if v := mod.version("k8s.io/kubernetes"); v != "" {
		flags = append(flags, kubernetesVersion(v)...)
	}
	return []string{"-trimpath", "-ldflags", strings.Join(flags, " "), pkg}, nil
}

// kubernetesVersion returns the linker flags by which Kubernetes' own build
// (hack/lib/version.sh) tells the binaries their version. Without them the API
// server calls itself v0.0.0-master, and charts see that as .Capabilities.
func kubernetesVersion(version string) []string {
	major, rest, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	minor, _, _ := strings.Cut(rest, ".")
	var flags []string
	for _, pkg := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
		flags = append(flags,
			"-X", pkg+".gitVersion="+version,
			"-X", pkg+".gitMajor="+major,
			"-X", pkg+".gitMinor="+minor)
	}
	return flags
}

// cacheKey hashes what the binary of the module in dir is made of: the Go
// release, the build's arguments, go.mod, go.sum and the module's Go files.
func cacheKey(dir string, args []string) (string, error) {
	release, err := goCommand(dir, "version")
	if err != nil {
		return "", err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return "", err
	}
	files = append(files, filepath.Join(dir, "go.mod"))
	if sum := filepath.Join(dir, "go.sum"); exists(sum) {
		files = append(files, sum)
	}
	slices.Sort(files)

	hash := sha256.New()
	hash.Write(fmt.Appendf(nil, "%s%q\n", release, args))
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		hash.Write(fmt.Appendf(nil, "%s %d\n%s", filepath.Base(file), len(content), content))
	}
	return hex.EncodeToString(hash.Sum(nil))[:16], nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
