// Package helm runs a Helm binary in a world of its own: the caches, plugins
// and configuration of whoever runs the tests are neither seen nor changed.
package helm

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Helm is one Helm binary with one home. It is not for concurrent changes, but
// Run and Try may be called concurrently.
type Helm struct {
	// Dir is where helm runs: the working directory of the test when empty.
	Dir string

	bin string
	env map[string]string
}

// New returns a runner of the Helm binary bin against the cluster of
// kubeconfig, or against none when that is empty. Its home is empty and ends
// with the test; the environment is HOME, PATH and Helm's variables alone.
func New(t testing.TB, bin, kubeconfig string) *Helm {
	t.Helper()
	return In(t.TempDir(), bin, kubeconfig)
}

// In is New with the folder home, which outlives the test.
func In(home, bin, kubeconfig string) *Helm {
	h := &Helm{bin: bin, env: map[string]string{
		"HOME":             home,
		"PATH":             os.Getenv("PATH"),
		"HELM_CACHE_HOME":  filepath.Join(home, "cache"),
		"HELM_CONFIG_HOME": filepath.Join(home, "config"),
		"HELM_DATA_HOME":   filepath.Join(home, "data"),
		// Helm 4 installs into HELM_DATA_HOME/plugins whatever this says.
		"HELM_PLUGINS": filepath.Join(home, "data", "plugins"),
		"KUBECONFIG":   kubeconfig,
	}}
	if kubeconfig == "" {
		// An empty variable means ~/.kube/config to client-go; there is none.
		delete(h.env, "KUBECONFIG")
	}
	return h
}

// Setenv sets a variable for the following runs.
func (h *Helm) Setenv(name, value string) { h.env[name] = value }

// Getenv returns the variable as helm sees it.
func (h *Helm) Getenv(name string) string { return h.env[name] }

// Run runs helm and returns its stdout. The test fails with its stderr when
// helm does.
func (h *Helm) Run(t testing.TB, args ...string) string {
	t.Helper()
	stdout, stderr, err := h.Try(args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(h.bin), strings.Join(args, " "), err, stderr)
	}
	return stdout
}

// Try runs helm and leaves the judgement to the caller; err is an
// *exec.ExitError when helm ran and failed.
func (h *Helm) Try(args ...string) (stdout, stderr string, err error) {
	return h.TryInput("", args...)
}

// TryInput is Try with a text for stdin.
func (h *Helm) TryInput(stdin string, args ...string) (stdout, stderr string, err error) {
	cmd := h.Command(args...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, errOut strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err = cmd.Run()
	return out.String(), errOut.String(), err
}

// Command returns a run of helm that the caller gives its streams and starts.
func (h *Helm) Command(args ...string) *exec.Cmd {
	cmd := exec.Command(h.bin, args...)
	cmd.Dir = h.Dir
	for _, name := range slices.Sorted(maps.Keys(h.env)) {
		cmd.Env = append(cmd.Env, name+"="+h.env[name])
	}
	return cmd
}

// ExitCode returns the exit code behind the error of a run, 0 when there is no
// error and -1 when helm did not run or was killed.
func ExitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}
