package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/helm"
	"helm-runnertrust/e2e/internal/kubelet"
	"helm-runnertrust/e2e/internal/tool"
)

// The laid-out volumes of the chart hold what the API server's objects say.
func TestVolumesOfTheChart(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	release, namespace := c.Namespace(t, "volumes-release"), c.Namespace(t, "volumes-objects")
	c.Kubectl(t, "create", "secret", "generic", "gitlab-certs", "-n", namespace, "--from-literal=gitlab.example.com.crt=a certificate")
	h := helm.New(t, tool.Path(t, "helm3"), c.Kubeconfig())
	h.Run(t, "install", "my", "chart", "--namespace", release, "--set", "namespace="+namespace,
		"--set", "certsSecretName=gitlab-certs,securityContext.runAsUser=0,concurrent=7,gitlabUrl=null,podAnnotations.team=ci")

	deployment, err := c.Get("deployment", namespace, "my-gitlab-runner")
	if err != nil || deployment == nil {
		t.Fatalf("Deployment: %v, %v", deployment, err)
	}
	root := t.TempDir()
	if err := kubelet.Mount(root, deployment, "my-gitlab-runner", c.Get); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/home/gitlab-runner/.gitlab-runner/certs/gitlab.example.com.crt": "a certificate",
		"/configmaps/config.toml": "concurrent = 7\n",
		"/secrets/runner-token":   "not-a-token",
	} {
		content, err := os.ReadFile(filepath.Join(root, path))
		if err != nil || !strings.HasPrefix(string(content), want) {
			t.Errorf("%s: %q, %v, want %q", path, content, err, want)
		}
	}
}

// What the API server says about volumes and mounts, the layout says too.
func TestLayoutAgreesWithTheAPIServer(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	const volumes = `{"name": "a", "emptyDir": {}}, {"name": "b", "configMap": {"name": "x", "optional": true}}`
	cases := map[string]struct {
		volumes, mounts string
		accepted        bool
	}{
		"one mount":              {volumes, `{"name": "a", "mountPath": "/x"}`, true},
		"with and without slash": {volumes, `{"name": "a", "mountPath": "/x"}, {"name": "b", "mountPath": "/x/"}`, true},
		"same mountPath":         {volumes, `{"name": "a", "mountPath": "/x"}, {"name": "b", "mountPath": "/x"}`, false},
		"unknown volume":         {volumes, `{"name": "c", "mountPath": "/x"}`, false},
		"no mountPath":           {volumes, `{"name": "a"}`, false},
		"same volume name":       {volumes + `, {"name": "a", "emptyDir": {}}`, ``, false},
		"no object name":         {`{"name": "a", "secret": {}}`, ``, false},
		"absolute item":          {`{"name": "a", "configMap": {"name": "x", "optional": true, "items": [{"key": "k", "path": "/etc/x"}]}}`, ``, false},
		"item outside":           {`{"name": "a", "configMap": {"name": "x", "optional": true, "items": [{"key": "k", "path": "a/../x"}]}}`, ``, false},
		"item of the writer":     {`{"name": "a", "configMap": {"name": "x", "optional": true, "items": [{"key": "k", "path": "..x"}]}}`, ``, false},
		"two items at one path": {`{"name": "a", "projected": {"sources": [{"configMap": {"name": "x", "optional": true, "items": [{"key": "k", "path": "x"}]}},
			{"secret": {"name": "x", "optional": true, "items": [{"key": "k", "path": "x"}]}}]}}`, ``, false},
		"projected of two kinds": {`{"name": "a", "projected": {"sources": [{"configMap": {"name": "x", "optional": true}, "secret": {"name": "x", "optional": true}}]}}`, ``, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			text := fmt.Sprintf(`{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "default"},
				"spec": {"selector": {"matchLabels": {"app": "d"}}, "template": {"metadata": {"labels": {"app": "d"}}, "spec": {
				"containers": [{"name": "main", "image": "i", "volumeMounts": [%s]}], "volumes": [%s]}}}}`, tc.mounts, tc.volumes)
			_, stderr, server := c.TryKubectl(text, "create", "--dry-run=server", "-f", "-")
			if server != nil && !strings.Contains(stderr, "invalid") {
				t.Fatalf("not a refusal of the API server: %s", stderr)
			}
			var object map[string]any
			if err := json.Unmarshal([]byte(text), &object); err != nil {
				t.Fatal(err)
			}
			layout := kubelet.Mount(t.TempDir(), object, "main", c.Get)
			if (server == nil) != tc.accepted || (layout == nil) != tc.accepted {
				t.Errorf("want accepted: %v; the API server said %q, the layout %v", tc.accepted, stderr, layout)
			}
		})
	}
}
