package scene

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"sigs.k8s.io/yaml"
)

// repository is the path of the project, from the folder of an example.
const repository = "../../.."

// Plugins makes a folder of plugins as the installation leaves it: "runnertrust", with the program
// in it, and where Helm 4 is meant, the post-renderer as a link into it.
func Plugins(t *testing.T, postRenderer bool) (folder string) {
	t.Helper()
	folder = t.TempDir()
	plugin := filepath.Join(folder, "runnertrust")
	for _, name := range []string{"plugin.yaml", "postrenderer/plugin.yaml", "install-binary.sh"} {
		content, err := os.ReadFile(filepath.Join(repository, name))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(plugin, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-o", filepath.Join(plugin, "bin", "helm-runnertrust"), ".")
	build.Dir = repository
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	if postRenderer {
		if err := os.Symlink(filepath.Join(plugin, "postrenderer"), filepath.Join(folder, "helm-runnertrust-postrenderer")); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// Metadata is what plugin.yaml says.
type Metadata struct {
	Name        string            `json:"name"`
	Version     string            `json:"version"`
	Usage       string            `json:"usage"`
	Description string            `json:"description"`
	IgnoreFlags bool              `json:"ignoreFlags"`
	Command     string            `json:"command"`
	Hooks       map[string]string `json:"hooks"`
}

// ReadMetadata reads plugin.yaml, which has no other field, and none twice.
func ReadMetadata(t *testing.T) (m Metadata) {
	t.Helper()
	if err := yaml.UnmarshalStrict([]byte(Page(t, "plugin.yaml")), &m); err != nil {
		t.Fatalf("plugin.yaml: %v", err)
	}
	return m
}

// Version is the one that plugin.yaml has.
func Version(t *testing.T) string {
	t.Helper()
	return ReadMetadata(t).Version
}

// Page is a text file of the project.
func Page(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
