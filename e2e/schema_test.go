//go:build gitops

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/tool"
)

// A check holds a file against the schema of whoever reads it. The file is in a copy of its
// example, so that what it names is there too.
type check func(t *testing.T, path string) error

// checkOf finds the check of a file, nil where nobody knows the file. unknown is a line that the
// check has to refuse, "" where the reader takes any field: a values file, and Helm's Chart.yaml,
// are read by Helm when the example is tried.
func checkOf(path, content string) (found check, unknown string) {
	const field = "unknownField: true\n"
	switch name := filepath.Base(path); {
	case name == ".gitlab-ci.yml":
		return checkGitLabCI, field
	case strings.Contains(path, "/.github/workflows/"):
		return checkWorkflow, field
	case name == "helmfile.yaml":
		return checkHelmfile, field
	case filepath.Ext(name) == ".tf":
		return checkTerraform, "unknown_field = true\n"
	case name == "kustomization.yaml":
		return checkKustomization, field
	case name == "Dockerfile":
		return checkDockerfile, "UNKNOWN field\n"
	case strings.Contains(content, "apiVersion: helm-runnertrust/v1\n"):
		return checkFunction, "  " + field // of its spec
	case strings.Contains(content, "kind: ConfigManagementPlugin\n"):
		return checkPlugin, field
	case strings.HasPrefix(content, "# A patch of the "):
		return checkPatch, field
	case strings.Contains(content, "\napiVersion: ") || strings.HasPrefix(content, "apiVersion: ") && name != "Chart.yaml":
		return checkObjects, field
	case name == "Chart.yaml", name == "values.yaml", name == "trust.yaml":
		return checkHelm, ""
	}
	return nil, ""
}

// A file that no check knows is told.
func TestExampleFileOfNoKind(t *testing.T) {
	for path, content := range map[string]string{"../examples/a/notes.yaml": "a: b\n", "../examples/a/run.sh": "true\n"} {
		if check, _ := checkOf(path, content); check != nil {
			t.Errorf("a check takes %s", path)
		}
	}
}

// Every file of the examples passes the check of its own tool, which refuses a field too many.
func TestExampleFiles(t *testing.T) {
	schemas(t)
	for _, path := range exampleFiles(t) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimPrefix(path, "../examples/"), func(t *testing.T) {
			check, unknown := checkOf(path, string(content))
			if check == nil {
				t.Fatal("no check knows this file")
			}
			copied := copyOfExample(t, path)
			if err := check(t, copied); err != nil {
				t.Error(err)
			}
			if unknown == "" {
				return
			}
			if err := os.WriteFile(copied, append(content, unknown...), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := check(t, copied); err == nil {
				t.Error("the check takes an unknown field")
			}
		})
	}
}

// copyOfExample copies the example that has the file, and returns the file's path there.
func copyOfExample(t *testing.T, path string) string {
	t.Helper()
	inside := strings.TrimPrefix(path, "../examples/")
	example, _, _ := strings.Cut(inside, "/")
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, example), os.DirFS(filepath.Join("../examples", example))); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, inside)
}

// tryTool runs a program in a folder; the error holds what it printed.
func tryTool(folder, name string, args ...string) (printed string, err error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return string(out), err
}

// checkGitLabCI has gitlab-ci-local hold the file against GitLab's own JSON schema.
func checkGitLabCI(t *testing.T, path string) error {
	program := gitlabCILocal(t)
	asRepository(t, filepath.Dir(path))
	_, err := tryTool(filepath.Dir(path), program, "--list")
	return err
}

func checkWorkflow(t *testing.T, path string) error {
	_, err := tryTool(filepath.Dir(path), tool.Path(t, "actionlint"), path)
	return err
}

func checkHelmfile(t *testing.T, path string) error {
	_, err := tryTool(filepath.Dir(path), tool.Path(t, "helmfile"), "--helm-binary", tool.Path(t, "helm4"), "--file", path, "build")
	return err
}

func checkTerraform(t *testing.T, path string) error {
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "gitlab.crt"), []byte("a certificate"), 0o644); err != nil {
		return err
	}
	_, err := tryTool(filepath.Dir(path), tool.Path(t, "hcl"), path)
	return err
}

// checkDockerfile has buildah make an image of stand-ins for the programs.
func checkDockerfile(t *testing.T, path string) error {
	folder := filepath.Dir(path)
	for _, name := range []string{"helm-runnertrust", "helm", "kubectl"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(name), 0o755); err != nil {
			return err
		}
	}
	_, err := tryTool(folder, "buildah", "--storage-driver=vfs", "--root="+t.TempDir(), "--runroot="+t.TempDir(), "build", "--isolation=chroot", folder)
	return err
}

// checkKustomization has kustomize read the file, and change it, which needs nothing that it names.
func checkKustomization(t *testing.T, path string) error {
	_, err := tryTool(filepath.Dir(path), tool.Path(t, "kustomize"), "edit", "add", "annotation", "read:strictly")
	return err
}

func checkHelm(t *testing.T, path string) error {
	folder := filepath.Dir(path)
	if filepath.Base(path) == "Chart.yaml" {
		_, err := tryTool(folder, tool.Path(t, "helm4"), "show", "chart", folder)
		return err
	}
	_, err := tryTool(".", tool.Path(t, "helm4"), "template", "runner", "chart", "--values", path)
	return err
}

// checkFunction has the program read the file as the configuration that it is. Whether the function
// works on a runner is another matter, and this one has none.
func checkFunction(t *testing.T, path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines := strings.ReplaceAll(strings.TrimSpace(string(content)), "\n", "\n  ")
	list := "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig:\n  " + lines + "\n"
	installed := withPlugin(t, "helm4", "")
	_, stderr, err := installed.TryInput(list, "runnertrust")
	if err != nil && strings.Contains(stderr, "functionConfig") {
		return fmt.Errorf("%w\n%s", err, stderr)
	}
	return nil
}
