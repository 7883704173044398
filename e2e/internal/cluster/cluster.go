// Package cluster runs a Kubernetes control plane for tests: etcd, the API
// server and the controller manager, on loopback ports of their own, with
// keys that are made at start and state that ends with it.
//
// What it shows is what the real API server accepts, defaults and stores, and
// what the Deployment, ReplicaSet, ServiceAccount, namespace and
// garbage-collection controllers make of it. It has no scheduler and no
// kubelet: pods stay Pending, and nothing may wait for one to run.
package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"helm-runnertrust/e2e/internal/tool"
)

// startTimeout bounds the start of the control plane, which takes seconds on
// an idle machine.
const startTimeout = 3 * time.Minute

// Tools are the paths of the binaries that a cluster consists of.
type Tools struct {
	Etcd string
	// Kubernetes is the multi-call binary of tools/kubernetes.
	Kubernetes string
}

// BuildTools builds the binaries, or finds them built.
func BuildTools() (tools Tools, err error) {
	if tools.Etcd, err = tool.Build("etcd"); err == nil {
		tools.Kubernetes, err = tool.Build("kubernetes")
	}
	return tools, err
}

// Cluster is a running control plane.
type Cluster struct {
	dir       string
	tools     Tools
	processes []*process
	// namespaces counts those that Namespace made.
	namespaces atomic.Int64
}

// Start runs a cluster that ends with the test.
func Start(t testing.TB) *Cluster {
	t.Helper()
	tools, err := BuildTools()
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(t.TempDir(), tools)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// New runs a cluster with its keys, state and logs in the empty folder dir,
// and returns when the API server is ready and the controllers work. Close it.
// The error of a failed start holds the end of the log in question.
func New(dir string, tools Tools) (*Cluster, error) {
	const attempts = 3
	for attempt := 1; ; attempt++ {
		c := &Cluster{dir: filepath.Join(dir, fmt.Sprintf("attempt-%d", attempt)), tools: tools}
		err := c.start()
		if err == nil {
			return c, nil
		}
		err = fmt.Errorf("cluster: %w", errors.Join(err, c.Close()))
		// Between the choice of a port and its use another process can take it.
		if attempt == attempts || !strings.Contains(err.Error(), "address already in use") {
			return nil, err
		}
	}
}

// Close ends every process and waits for it. It is an error if one had ended
// before. A closed cluster can be closed again.
func (c *Cluster) Close() error {
	var errs []error
	for _, p := range c.processes {
		if !p.running() {
			errs = append(errs, fmt.Errorf("%s had ended: %s; %s", p.name, p.cmd.ProcessState, p.logTail()))
		}
	}
	for _, p := range c.processes {
		p.kill()
	}
	c.processes = nil
	return errors.Join(errs...)
}

func (c *Cluster) start() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	ports, err := freePorts(3)
	if err != nil {
		return err
	}
	if err := c.writeKubeconfig(ports[2]); err != nil {
		return err
	}
	etcd := fmt.Sprintf("http://127.0.0.1:%d", ports[0])
	peer := fmt.Sprintf("http://127.0.0.1:%d", ports[1])
	if err := c.run("etcd", c.tools.Etcd, etcdArgs(c.dir, etcd, peer)...); err != nil {
		return err
	}
	if err := c.run("kube-apiserver", c.tools.Kubernetes, c.apiserverArgs(etcd, ports[2])...); err != nil {
		return err
	}
	if err := c.await(ctx, "the API server", "get", "--raw=/readyz"); err != nil {
		return err
	}
	if err := c.run("kube-controller-manager", c.tools.Kubernetes, c.controllerManagerArgs()...); err != nil {
		return err
	}
	return c.await(ctx, "the controllers", "get", "serviceaccount", "default", "--namespace=default")
}

func (c *Cluster) run(name, program string, args ...string) error {
	p, err := startProcess(c.dir, name, program, args...)
	if err != nil {
		return err
	}
	c.processes = append(c.processes, p)
	return nil
}

// await waits until the kubectl command succeeds, ctx ends, or one of the
// processes ends; Close reports which.
func (c *Cluster) await(ctx context.Context, what string, kubectl ...string) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		_, stderr, err := c.TryKubectl("", append(kubectl, "--request-timeout=5s")...)
		if err == nil {
			return nil
		}
		for _, p := range c.processes {
			if !p.running() {
				return fmt.Errorf("wait for %s: %w: %s", what, err, stderr)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			last := c.processes[len(c.processes)-1]
			return fmt.Errorf("wait for %s: %w after %s: %s; %s", what, err, startTimeout, stderr, last.logTail())
		}
	}
}

// Kubeconfig returns the path of a kubeconfig for the cluster's admin.
func (c *Cluster) Kubeconfig() string { return filepath.Join(c.dir, "kubeconfig") }

// writeKubeconfig makes the cluster's folder, and in it the admin's token, as
// the API server at a port and its clients read it.
func (c *Cluster) writeKubeconfig(port int) error {
	token := rand.Text()
	config := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: e2e
clusters:
- name: e2e
  cluster: {server: "https://127.0.0.1:%d", certificate-authority: %q}
users:
- name: admin
  user: {token: %q}
contexts:
- name: e2e
  context: {cluster: e2e, user: admin}
`, port, c.servingCert(), token)
	return errors.Join(
		os.Mkdir(c.dir, 0o700),
		os.WriteFile(c.Kubeconfig(), []byte(config), 0o600),
		// system:masters is allowed everything, before and without RBAC objects.
		os.WriteFile(filepath.Join(c.dir, "tokens.csv"), []byte(token+",admin,admin,\"system:masters\"\n"), 0o600),
	)
}

// freePorts returns n loopback ports that nobody listens on. They are held
// together until all are found, so that no two are the same.
func freePorts(n int) ([]int, error) {
	ports := make([]int, 0, n)
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = listener.Close() }()
		ports = append(ports, listener.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
