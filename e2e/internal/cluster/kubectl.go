package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Kubectl runs kubectl as the cluster's admin and returns its stdout. The test
// fails with its stderr when kubectl does.
func (c *Cluster) Kubectl(t testing.TB, args ...string) string {
	t.Helper()
	return c.KubectlInput(t, "", args...)
}

// KubectlInput is Kubectl with a text for stdin, as `apply -f -` reads it.
func (c *Cluster) KubectlInput(t testing.TB, stdin string, args ...string) string {
	t.Helper()
	stdout, stderr, err := c.TryKubectl(stdin, args...)
	if err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, stderr)
	}
	return stdout
}

// TryKubectl runs kubectl and leaves the judgement to the caller; err is an
// *exec.ExitError when kubectl ran and failed.
func (c *Cluster) TryKubectl(stdin string, args ...string) (stdout, stderr string, err error) {
	cmd := exec.Command(c.tools.Kubernetes, append([]string{"kubectl"}, args...)...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + c.dir,
		"KUBECONFIG=" + c.Kubeconfig(),
		"KUBECACHEDIR=" + filepath.Join(c.dir, "kubectl-cache"),
	}
	cmd.Stdin = strings.NewReader(stdin)
	var out, errOut strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err = cmd.Run()
	return out.String(), errOut.String(), err
}

// JSON runs kubectl with `-o json` and decodes what it prints into out.
func (c *Cluster) JSON(t testing.TB, out any, args ...string) {
	t.Helper()
	args = append(args, "-o", "json")
	if err := json.Unmarshal([]byte(c.Kubectl(t, args...)), out); err != nil {
		t.Fatalf("kubectl %s: %v", strings.Join(args, " "), err)
	}
}

// Get returns the object as the API server holds it, nil when there is none of
// that name. kind is anything that `kubectl get` takes. It is a kubelet.Lookup.
func (c *Cluster) Get(kind, namespace, name string) (map[string]any, error) {
	stdout, stderr, err := c.TryKubectl("", "get", kind, name, "-n", namespace, "--ignore-not-found", "-o", "json")
	if err != nil {
		return nil, fmt.Errorf("kubectl get %s %s: %w: %s", kind, name, err, stderr)
	}
	if stdout == "" {
		return nil, nil
	}
	var object map[string]any
	err = json.Unmarshal([]byte(stdout), &object)
	return object, err
}

// Namespace creates a namespace and returns its name, the prefix and a number
// that is not used twice. It waits until the namespace has what the controllers
// put into each, and has it deleted when the test ends.
func (c *Cluster) Namespace(t testing.TB, prefix string) string {
	t.Helper()
	name := fmt.Sprintf("%s-%d", prefix, c.namespaces.Add(1))
	c.Kubectl(t, "create", "namespace", name)
	t.Cleanup(func() { c.Kubectl(t, "delete", "namespace", name, "--wait=false") })
	for kind, object := range map[string]string{"ServiceAccount": "default", "ConfigMap": "kube-root-ca.crt"} {
		Await(t, kind+" "+object+" of namespace "+name, func() error {
			found, err := c.Get(kind, name, object)
			if err == nil && found == nil {
				err = errors.New("not there")
			}
			return err
		})
	}
	return name
}

// Await tries until try returns nil, for at most a minute; then the test fails
// with the last error. what completes "waited for".
func Await(t testing.TB, what string, try func() error) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for tick := time.NewTicker(200 * time.Millisecond); ; <-tick.C {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("waited for %s: %v", what, err)
		}
	}
}
