package cli

import (
	"os/exec"
	"strings"
	"testing"
)

// binaryLimit is in bytes, without symbols and debugging information.
const binaryLimit = 12_000_000

// TestBinary holds what makes the program start in milliseconds: no client of
// the Kubernetes API, no kyaml, and little to load.
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
	if size := fileSize(t, goBuild(t, "..")); size > binaryLimit {
		t.Errorf("the binary has %d bytes", size)
	}
}
