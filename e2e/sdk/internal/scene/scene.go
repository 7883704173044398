// Package scene is what the tests of the SDK's examples share: a cluster, a certificate, and a look
// at what was installed.
package scene

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/e2e/internal/cluster"
	"helm-runnertrust/e2e/internal/tool"
	"helm-runnertrust/trust/trusttest"
)

// Chart is the path of the chart that is installed, from the folder of an example.
const Chart = "../../chart"

// The runner of the chart, in a release "my".
const (
	Release    = "my"
	deployment = "my-gitlab-runner"
	configMap  = "my-gitlab-runner-certs"
	certsDir   = "/home/gitlab-runner/.gitlab-runner/certs"
	certFile   = "gitlab.example.com.crt"
)

// A Scene is a cluster and the certificate of a private CA.
type Scene struct {
	Cluster  *cluster.Cluster
	CertFile string // path
	pem      string
}

// New starts the cluster, which ends with the test.
func New(t *testing.T) *Scene {
	t.Helper()
	now := time.Now()
	root := trusttest.SelfSigned(trusttest.Template{CommonName: "Private Root", CA: true,
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(365 * 24 * time.Hour)})
	pem := trusttest.PEM(root.Certificate)
	path := filepath.Join(t.TempDir(), "gitlab.crt")
	if err := os.WriteFile(path, pem, 0o644); err != nil {
		t.Fatal(err)
	}
	return &Scene{Cluster: cluster.Start(t), CertFile: path, pem: string(pem)}
}

// Trusts fails the test unless the API server holds the runner's Deployment with the certificate
// mounted where the runner looks for it, and the release's manifest says the same.
func (s *Scene) Trusts(t *testing.T, namespace, manifest string) {
	t.Helper()
	for _, part := range []string{"mountPath: " + certsDir + "\n", "name: " + configMap + "\n", "  " + certFile + ": |"} {
		if !strings.Contains(manifest, part) {
			t.Errorf("the release's manifest does not have %q:\n%s", part, manifest)
		}
	}
	pod := func(path string, args ...any) string {
		return s.Cluster.Kubectl(t, "get", "deployment", deployment, "-n", namespace, "-o", fmt.Sprintf("jsonpath={.spec.template.spec."+path+"}", args...))
	}
	volume := pod("containers[0].volumeMounts[?(@.mountPath==%q)].name", certsDir)
	if from := pod("volumes[?(@.name==%q)].configMap.name", volume); volume == "" || from != configMap {
		t.Errorf("mounted at %s: the ConfigMap %q, want %q", certsDir, from, configMap)
	}
	var config struct{ Data map[string]string }
	s.Cluster.JSON(t, &config, "get", "configmap", configMap, "-n", namespace)
	if len(config.Data) != 1 || config.Data[certFile] != s.pem {
		t.Errorf("the ConfigMap holds %q", config.Data)
	}
}

// Nothing fails the test unless the namespace holds no object that the chart makes, and no release.
func (s *Scene) Nothing(t *testing.T, namespace string) {
	t.Helper()
	held := s.Cluster.Kubectl(t, "get", "deployments,configmaps,secrets,roles", "-n", namespace, "-o", "name")
	if want := "configmap/kube-root-ca.crt\n"; held != want {
		t.Errorf("the namespace holds\n%swant\n%s", held, want)
	}
}

// repository is the path of the project, from the folder of an example.
const repository = "../../.."

// Plugins makes a folder of plugins as the installation leaves it: "runnertrust", with the program
// in it, and where Helm 4 is meant, the post-renderer as a link into it.
func Plugins(t *testing.T, postRenderer bool) (folder string) {
	t.Helper()
	folder = t.TempDir()
	plugin := filepath.Join(folder, "runnertrust")
	err := tool.Program(filepath.Join(plugin, "bin", "helm-runnertrust"), repository)
	for _, name := range []string{"plugin.yaml", "postrenderer/plugin.yaml", "install-binary.sh"} {
		path := filepath.Join(plugin, name)
		text, readErr := os.ReadFile(filepath.Join(repository, name))
		err = errors.Join(err, readErr, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, text, 0o644))
	}
	if postRenderer {
		err = errors.Join(err, os.Symlink(filepath.Join(plugin, "postrenderer"), filepath.Join(folder, "helm-runnertrust-postrenderer")))
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}
