package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"helm-runnertrust/e2e/internal/helm"
	"helm-runnertrust/e2e/internal/tool"
)

// repository returns a clean clone of this repository: what is committed, as
// users get it.
var repository = sync.OnceValues(func() (string, error) {
	clone := filepath.Join(packageDir, "helm-runnertrust")
	if out, err := exec.Command("git", "clone", "--quiet", "..", clone).CombinedOutput(); err != nil {
		return "", fmt.Errorf("git clone: %w\n%s", err, out)
	}
	return clone, nil
})

// installations are the plugin in a home of each Helm, made once because the
// install hook compiles.
var installations = map[string]func() (*helm.Helm, error){
	"helm3": sync.OnceValues(func() (*helm.Helm, error) { return newInstallation("helm3") }),
	"helm4": sync.OnceValues(func() (*helm.Helm, error) { return newInstallation("helm4") }),
}

func newInstallation(bin string) (*helm.Helm, error) {
	path, err := tool.Build(bin)
	if err != nil {
		return nil, err
	}
	home := filepath.Join(packageDir, bin)
	h := helm.In(home, path, "")
	if err := prepareInstall(h); err != nil {
		return nil, err
	}
	return h, installPlugin(h, bin)
}

// withPlugin returns a Helm with a home of its own that finds the plugin in
// the installation that all tests share.
func withPlugin(t *testing.T, bin, kubeconfig string) *helm.Helm {
	t.Helper()
	installed, err := installations[bin]()
	if err != nil {
		t.Fatal(err)
	}
	h := helm.New(t, tool.Path(t, bin), kubeconfig)
	h.Setenv("HELM_PLUGINS", installed.Getenv("HELM_PLUGINS"))
	h.Setenv("PATH", installed.Getenv("PATH"))
	return h
}

// useTool has the Helm, and what it starts, find a tool under a name.
func useTool(t *testing.T, h *helm.Helm, name, bin string) {
	t.Helper()
	folder := t.TempDir()
	if err := os.Symlink(tool.Path(t, bin), filepath.Join(folder, name)); err != nil {
		t.Fatal(err)
	}
	h.Setenv("PATH", folder+string(os.PathListSeparator)+h.Getenv("PATH"))
}

// prepareInstall gives the home a folder for plugins and one for programs,
// first in PATH so that nothing is linked elsewhere on this machine, and the
// install hook the caches of the Go command.
func prepareInstall(h *helm.Helm) error {
	programs := filepath.Join(h.Getenv("HOME"), ".local", "bin")
	for _, folder := range []string{programs, h.Getenv("HELM_PLUGINS")} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	h.Setenv("PATH", programs+string(os.PathListSeparator)+h.Getenv("PATH"))
	out, err := exec.Command("go", "env", "-json", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB", "GOTOOLCHAIN").Output()
	if err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	var settings map[string]string
	if err := json.Unmarshal(out, &settings); err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	for name, value := range settings {
		h.Setenv(name, value)
	}
	h.Setenv("GOFLAGS", "-buildvcs=false")
	// Build what is committed, whatever release archives there are.
	h.Setenv("RUNNERTRUST_RELEASES", "")
	// Where the Go command leaves its counters.
	h.Setenv("XDG_CONFIG_HOME", h.Getenv("HELM_CACHE_HOME"))
	return nil
}

func installPlugin(h *helm.Helm, bin string) error {
	clone, err := repository()
	if err != nil {
		return err
	}
	args := []string{"plugin", "install", "file://" + clone}
	if bin == "helm4" {
		// Helm 4 verifies archives only, and refuses a clone otherwise.
		args = append(args, "--verify=false")
	}
	if stdout, stderr, err := h.Try(args...); err != nil {
		return fmt.Errorf("%s plugin install: %w\n%s%s", bin, err, stdout, stderr)
	}
	return nil
}
