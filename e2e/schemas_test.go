//go:build gitops

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"helm-runnertrust/e2e/internal/cluster"
	"helm-runnertrust/e2e/internal/tool"
)

// fluxTypes are the packages that controller-gen makes Flux's CRDs of: only their module is to be had.
var fluxTypes = []string{"github.com/fluxcd/helm-controller/api/v2", "github.com/fluxcd/source-controller/api/v1"}

// crds are the definitions that other modules have as files.
var crds = map[string]string{
	"github.com/argoproj/argo-cd/v3":        "manifests/crds/application-crd.yaml",
	"github.com/cert-manager/cert-manager":  "deploy/crds/cert-manager.io_*.yaml",
	"github.com/cert-manager/trust-manager": "deploy/crds/trust.cert-manager.io_bundles.yaml",
}

var withSchemas sync.Once

// schemas gives the shared cluster the CRDs of all that the examples are for, and the namespaces
// that they name.
func schemas(t *testing.T) *cluster.Cluster {
	t.Helper()
	c := sharedCluster(t)
	withSchemas.Do(func() {
		folder := t.TempDir()
		module, err := filepath.Abs("tools/controller-gen")
		if err != nil {
			t.Fatal(err)
		}
		args := []string{"crd", "output:crd:dir=" + folder}
		for _, types := range fluxTypes {
			args = append(args, "paths="+types)
		}
		if _, err := tryTool(module, tool.Path(t, "controller-gen"), args...); err != nil {
			t.Fatal(err)
		}
		for module, files := range crds {
			found, err := filepath.Glob(filepath.Join(moduleFolder(t, module), files))
			if err != nil || len(found) == 0 {
				t.Fatalf("%s has no %s: %v", module, files, err)
			}
			for _, file := range found {
				content, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(folder, filepath.Base(file)), content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		c.Kubectl(t, "apply", "--server-side", "-f", folder)
		c.Kubectl(t, "wait", "--for=condition=Established", "--timeout=60s", "-f", folder)
		for _, namespace := range []string{"argocd", "cert-manager", "gitlab", exampleNamespace} {
			if found, err := c.Get("namespace", "", namespace); err == nil && found == nil {
				c.Kubectl(t, "create", "namespace", namespace)
			}
		}
	})
	return c
}

// moduleFolder returns the folder of a module that testdata/modules.sum pins, which is in the form
// of go.sum: these modules are read, not built, and what they need stays away.
func moduleFolder(t *testing.T, path string) string {
	t.Helper()
	pins, err := os.ReadFile("testdata/modules.sum")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(pins)) {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[0] != path {
			continue
		}
		cmd := exec.Command("go", "mod", "download", "-json", path+"@"+fields[1])
		cmd.Dir = t.TempDir() // in no module, whose go.sum would be asked
		out, err := cmd.Output()
		var module struct{ Dir, Sum, Error string }
		if decodeErr := json.Unmarshal(out, &module); decodeErr != nil || err != nil {
			t.Fatalf("%s: %v, %v\n%s", path, err, decodeErr, module.Error)
		}
		if module.Sum != fields[2] {
			t.Fatalf("%s %s has the sum %s, want %s", path, fields[1], module.Sum, fields[2])
		}
		return module.Dir
	}
	t.Fatalf("testdata/modules.sum has no %s", path)
	return ""
}

// checkObjects has the API server decode the objects of a file strictly, default and admit them,
// and store nothing.
func checkObjects(t *testing.T, path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return admitted(schemas(t), string(content))
}

func admitted(c *cluster.Cluster, stream string) error {
	_, stderr, err := c.TryKubectl(stream, "apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "-f", "-")
	if err != nil {
		return fmt.Errorf("%w\n%s", err, stderr)
	}
	return nil
}

// argoCD are the objects of Argo CD that examples patch, in its own manifests.
var argoCD = []string{"manifests/base/config/argocd-cm.yaml", "manifests/base/repo-server/argocd-repo-server-deployment.yaml"}

// checkPatch has kustomize apply the patch to the object that it is for, and the API server decode
// what comes of it.
func checkPatch(t *testing.T, path string) error {
	module := moduleFolder(t, "github.com/argoproj/argo-cd/v3")
	folder := filepath.Dir(path)
	kustomization := "namespace: argocd\nresources:\n"
	for _, name := range argoCD {
		content, err := os.ReadFile(filepath.Join(module, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, "base-"+filepath.Base(name)), content, 0o644); err != nil {
			return err
		}
		kustomization += "- base-" + filepath.Base(name) + "\n"
	}
	kustomization += "patches: [{path: " + filepath.Base(path) + "}]\n"
	if err := os.WriteFile(filepath.Join(folder, "kustomization.yaml"), []byte(kustomization), 0o644); err != nil {
		return err
	}
	patched, err := tryTool(folder, tool.Path(t, "kustomize"), "build")
	if err != nil {
		return err
	}
	return admitted(schemas(t), patched)
}
