package cli

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// binaryLimit is in bytes, without symbols and debugging information.
const binaryLimit = 12_000_000

// TestBinary holds what is in the program, and what is not: kyaml, which reads and edits the
// manifests, and no client of the Kubernetes API, so that it starts in milliseconds.
func TestBinary(t *testing.T) {
	packages, err := exec.Command("go", "list", "-deps", "..").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(packages))
	for _, name := range []string{"helm.sh/helm/v3/pkg/postrender", "sigs.k8s.io/kustomize/kyaml/yaml"} {
		if !slices.Contains(linked, name) {
			t.Errorf("the binary does not link %s", name)
		}
	}
	for _, name := range linked {
		for _, heavy := range []string{"k8s.io/client-go", "k8s.io/api", "k8s.io/apimachinery", "helm.sh/helm/v3/pkg/kube"} {
			if name == heavy || strings.HasPrefix(name, heavy+"/") {
				t.Errorf("the binary links %s", name)
			}
		}
	}
	if size := fileSize(t, builtProgram(t)); size > binaryLimit {
		t.Errorf("the binary has %d bytes", size)
	}
}
