package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"helm-runnertrust/e2e/internal/cluster"
	"helm-runnertrust/e2e/internal/helm"
	"helm-runnertrust/e2e/internal/tool"
)

// helms are the Helm binaries that every test of a release runs with.
var helms = []string{"helm3", "helm4"}

// packageDir is a folder for what the tests of this package share: it outlives
// the test that makes it, and is removed in TestMain.
var packageDir string

// shared is the cluster of this package's tests. It starts with the first test
// that asks for it and ends in TestMain.
var shared struct {
	once    sync.Once
	cluster *cluster.Cluster
	err     error
}

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	if packageDir, err = os.MkdirTemp("", "runnertrust-e2e-"); err != nil {
		return 0, err
	}
	code = m.Run()
	if shared.cluster != nil {
		err = shared.cluster.Close()
	}
	return code, errors.Join(err, os.RemoveAll(packageDir))
}

// sharedCluster returns the cluster, on which every test uses namespaces of
// its own.
func sharedCluster(t *testing.T) *cluster.Cluster {
	t.Helper()
	shared.once.Do(func() {
		var tools cluster.Tools
		if tools, shared.err = cluster.BuildTools(); shared.err != nil {
			return
		}
		dir := filepath.Join(packageDir, "cluster")
		if shared.err = os.Mkdir(dir, 0o700); shared.err != nil {
			return
		}
		shared.cluster, shared.err = cluster.New(dir, tools)
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.cluster
}

// The harness itself: the chart installs as it is, its controllers work, and
// uninstalling leaves nothing.
func TestChartInstallsAndUninstalls(t *testing.T) {
	for _, bin := range helms {
		t.Run(bin, func(t *testing.T) {
			t.Parallel()
			c := sharedCluster(t)
			namespace := c.Namespace(t, "smoke-"+bin)
			before := contents(t, c, namespace)
			h := helm.New(t, tool.Path(t, bin), c.Kubeconfig())

			h.Run(t, "install", "my", "chart", "--namespace", namespace, "--set", "replicas=2")

			var deployment struct {
				Metadata struct{ Labels map[string]string }
				Spec     struct{ Replicas int }
			}
			c.JSON(t, &deployment, "get", "deployment", "my-gitlab-runner", "-n", namespace)
			if deployment.Metadata.Labels["chart"] != "runner-0.1.0" || deployment.Spec.Replicas != 2 {
				t.Errorf("the API server holds %+v", deployment)
			}
			cluster.Await(t, "a ReplicaSet with two pods", func() error { return replicasCreated(t, c, namespace, 2) })
			if hooks := h.Run(t, "get", "hooks", "my", "--namespace", namespace); !strings.Contains(hooks, "name: my-gitlab-runner-hook") {
				t.Errorf("the release has no hook:\n%s", hooks)
			}

			h.Run(t, "uninstall", "my", "--namespace", namespace)

			cluster.Await(t, "an empty namespace", func() error {
				if after := contents(t, c, namespace); after != before {
					return fmt.Errorf("left:\n%s\nwant:\n%s", after, before)
				}
				return nil
			})
		})
	}
}

// replicasCreated returns an error until the namespace has one ReplicaSet and
// it has made that many pods.
func replicasCreated(t *testing.T, c *cluster.Cluster, namespace string, pods int) error {
	var sets struct {
		Items []struct{ Status struct{ Replicas int } }
	}
	c.JSON(t, &sets, "get", "replicasets", "-n", namespace)
	if len(sets.Items) != 1 || sets.Items[0].Status.Replicas != pods {
		return fmt.Errorf("ReplicaSets: %+v", sets.Items)
	}
	return nil
}

// contents lists the names of the objects in a namespace that a release can
// consist of, or that come from such objects.
func contents(t *testing.T, c *cluster.Cluster, namespace string) string {
	t.Helper()
	return c.Kubectl(t, "get", "-n", namespace, "-o", "name", "--ignore-not-found",
		"deployments,replicasets,pods,serviceaccounts,secrets,configmaps,roles,rolebindings")
}
