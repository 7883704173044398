// Package scene is what the tests of the SDK's examples share: a cluster, a certificate, and a look
// at what was installed.
package scene

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/e2e/internal/cluster"
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

// runnerDeployment is what the tests read of a Deployment.
type runnerDeployment struct {
	Spec struct {
		Template struct {
			Spec struct {
				Volumes []struct {
					Name      string
					ConfigMap struct{ Name string }
				}
				Containers []struct {
					VolumeMounts []struct{ Name, MountPath string }
				}
			}
		}
	}
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
	var held runnerDeployment
	s.Cluster.JSON(t, &held, "get", "deployment", deployment, "-n", namespace)
	pod := held.Spec.Template.Spec
	mounted := ""
	for _, mount := range pod.Containers[0].VolumeMounts {
		if mount.MountPath == certsDir {
			mounted = mount.Name
		}
	}
	from := ""
	for _, volume := range pod.Volumes {
		if mounted != "" && volume.Name == mounted {
			from = volume.ConfigMap.Name
		}
	}
	if from != configMap {
		t.Errorf("mounted at %s: the ConfigMap %q, want %q: %+v", certsDir, from, configMap, pod)
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
