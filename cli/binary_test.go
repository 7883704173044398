package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBinary holds what makes the program start in milliseconds: no client of
// the Kubernetes API, no kyaml, and at most 12 MB.
func TestBinary(t *testing.T) {
	packages, err := exec.Command("go", "list", "-deps", "..").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(packages), "helm.sh/helm/v3/pkg/postrender\n") {
		t.Fatalf("go list gives:\n%s", packages)
	}
	for name := range strings.Lines(string(packages)) {
		if strings.HasPrefix(name, "k8s.io/") || strings.HasPrefix(name, "sigs.k8s.io/") {
			t.Errorf("the binary links %s", name)
		}
	}
	binary := filepath.Join(t.TempDir(), "helm-runnertrust")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	about, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	if about.Size() > 12_000_000 {
		t.Errorf("the binary has %d bytes", about.Size())
	}
}
