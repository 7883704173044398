package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// runnerConfig is what registration takes from the one [[runners]] of the
// template, as far as the filter writes it, and what the chart has there.
type runnerConfig struct {
	TLSCAFile      string `toml:"tls-ca-file"`
	PreBuildScript string `toml:"pre_build_script"`
	Kubernetes     struct {
		Namespace, Image string
		Volumes          struct {
			Secret []jobVolume `toml:"secret"`
		}
	}
}

// A jobVolume is a key of a Secret that is mounted as one file of each job.
type jobVolume struct {
	Name      string
	MountPath string `toml:"mount_path"`
	SubPath   string `toml:"sub_path"`
	ReadOnly  bool   `toml:"read_only"`
	Items     map[string]string
}

// templateIn reads the template of a runner whose volumes are in root.
func templateIn(t *testing.T, root string) runnerConfig {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "configmaps", "config.template.toml"))
	if err != nil {
		t.Fatal(err)
	}
	var template struct{ Runners []runnerConfig }
	if err := toml.Unmarshal(text, &template); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if len(template.Runners) != 1 {
		t.Fatalf("%d [[runners]], want one:\n%s", len(template.Runners), text)
	}
	return template.Runners[0]
}
