package cluster

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
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
func BuildTools() (Tools, error) {
	etcd, err := tool.Build("etcd")
	if err != nil {
		return Tools{}, err
	}
	kubernetes, err := tool.Build("kubernetes")
	return Tools{Etcd: etcd, Kubernetes: kubernetes}, err
}

// Cluster is a running control plane.
type Cluster struct {
	dir       string
	tools     Tools
	keys      *keys
	endpoint  string // https://127.0.0.1:PORT
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
		c, err := newCluster(filepath.Join(dir, fmt.Sprintf("attempt-%d", attempt)), tools)
		// Between the choice of a port and its use another process can take it.
		if err == nil || attempt == attempts || !strings.Contains(err.Error(), "address already in use") {
			return c, err
		}
	}
}

func newCluster(dir string, tools Tools) (*Cluster, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	k, err := newKeys(dir)
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	ports, err := freePorts(3)
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	c := &Cluster{dir: dir, tools: tools, keys: k, endpoint: fmt.Sprintf("https://127.0.0.1:%d", ports[2])}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if err := c.start(ctx, ports); err != nil {
		return nil, fmt.Errorf("cluster: %w", errors.Join(err, c.Close()))
	}
	return c, nil
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

func (c *Cluster) start(ctx context.Context, ports []int) error {
	if err := c.writeKubeconfig(); err != nil {
		return err
	}
	etcd := fmt.Sprintf("http://127.0.0.1:%d", ports[0])
	peer := fmt.Sprintf("http://127.0.0.1:%d", ports[1])
	if err := c.run("etcd", c.tools.Etcd, etcdArgs(c.dir, etcd, peer)...); err != nil {
		return err
	}
	if err := c.run("kube-apiserver", c.tools.Kubernetes, apiserverArgs(c.keys, etcd, ports[2])...); err != nil {
		return err
	}
	if err := c.wait(ctx, "the API server to be ready", c.ready()); err != nil {
		return err
	}
	args := controllerManagerArgs(c.keys, c.Kubeconfig())
	if err := c.run("kube-controller-manager", c.tools.Kubernetes, args...); err != nil {
		return err
	}
	return c.wait(ctx, "the controllers to work", func() error {
		_, stderr, err := c.TryKubectl("", "get", "serviceaccount", "default", "-n", "default")
		if err != nil {
			return fmt.Errorf("%w: %s", err, stderr)
		}
		return nil
	})
}

func (c *Cluster) run(name, program string, args ...string) error {
	p, err := startProcess(c.dir, name, program, args...)
	if err != nil {
		return err
	}
	c.processes = append(c.processes, p)
	return nil
}

// wait tries until try returns nil, ctx ends, or one of the processes ends;
// Close reports which.
func (c *Cluster) wait(ctx context.Context, what string, try func() error) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		for _, p := range c.processes {
			if !p.running() {
				return fmt.Errorf("wait for %s: %w", what, err)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			last := c.processes[len(c.processes)-1]
			return fmt.Errorf("wait for %s: %w after %s; %s", what, err, startTimeout, last.logTail())
		}
	}
}

// ready returns a check of the API server's /readyz.
func (c *Cluster) ready() func() error {
	client := &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.keys.roots}, DisableKeepAlives: true},
	}
	return func() error {
		response, err := client.Get(c.endpoint + "/readyz")
		if err != nil {
			return err
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("/readyz: %s", response.Status)
		}
		return nil
	}
}

// Kubeconfig returns the path of a kubeconfig for the cluster's admin.
func (c *Cluster) Kubeconfig() string { return filepath.Join(c.dir, "kubeconfig") }

func (c *Cluster) writeKubeconfig() error {
	config := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: e2e
clusters:
- name: e2e
  cluster: {server: %q, certificate-authority: %q}
users:
- name: admin
  user: {token: %q}
contexts:
- name: e2e
  context: {cluster: e2e, user: admin}
`, c.endpoint, c.keys.servingCert, c.keys.adminToken)
	return os.WriteFile(c.Kubeconfig(), []byte(config), 0o600)
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
