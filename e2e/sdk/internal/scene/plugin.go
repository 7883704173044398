package scene

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
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

// Version is the one that plugin.yaml has.
func Version(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, "plugin.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^version: (\d+\.\d+\.\d+)$`).FindSubmatch(content)
	if found == nil {
		t.Fatalf("plugin.yaml has no version:\n%s", content)
	}
	return string(found[1])
}
