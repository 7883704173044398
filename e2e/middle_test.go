package e2e

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"sigs.k8s.io/yaml"

	"helm-runnertrust/e2e/internal/cluster"
	"helm-runnertrust/e2e/internal/helm"
)

// A gate is an API server in front of the cluster's. before is called with each request that changes
// something; where it returns false, the request has no answer.
type gate struct {
	*httptest.Server
	before func(request *http.Request, body string) (forward bool)
}

// newGate starts a gate that ends with the test, and has the release's Helm use it.
func newGate(t *testing.T, r *release) *gate {
	t.Helper()
	server, token, ca := admin(t, r.cluster)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	proxy := &httputil.ReverseProxy{Transport: transport, Rewrite: func(request *httputil.ProxyRequest) {
		request.SetURL(server)
		request.Out.Header.Set("Authorization", "Bearer "+token) // which clients send by TLS only
	}}
	g := &gate{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil || request.Method != http.MethodGet && g.before != nil && !g.before(request, string(body)) {
			panic(http.ErrAbortHandler)
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, request)
	}))
	t.Cleanup(func() {
		g.Close()
		transport.CloseIdleConnections()
	})
	config := fmt.Sprintf("apiVersion: v1\nkind: Config\ncurrent-context: gate\nclusters: [{name: gate, cluster: {server: %q}}]\n"+
		"contexts: [{name: gate, context: {cluster: gate}}]\n", g.URL)
	r.Setenv("KUBECONFIG", writeFile(t, "kubeconfig", []byte(config)))
	return g
}

// admin returns what the cluster's kubeconfig says: where the API server is, a token and its CA.
func admin(t *testing.T, c *cluster.Cluster) (server *url.URL, token string, ca []byte) {
	t.Helper()
	content, err := os.ReadFile(c.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	var config object
	if err := yaml.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}
	clusters, users := config["clusters"].([]any), config["users"].([]any)
	if server, err = url.Parse(textAt(clusters[0], "cluster", "server")); err != nil {
		t.Fatal(err)
	}
	if ca, err = os.ReadFile(textAt(clusters[0], "cluster", "certificate-authority")); err != nil {
		t.Fatal(err)
	}
	return server, textAt(users[0], "user", "token"), ca
}

// between calls do at the second of the requests that change the runner's Deployment and the filter's
// ConfigMap, which Helm 3 sends in this order and Helm 4 in the other, and from then on forwards nothing.
func (g *gate) between(do func()) {
	var lock sync.Mutex
	seen := map[bool]bool{}
	g.before = func(request *http.Request, body string) bool {
		isConfigMap := strings.Contains(request.URL.Path, "/configmaps") && strings.Contains(request.URL.Path+body, "-gitlab-runner-certs")
		isDeployment := strings.Contains(request.URL.Path, "/deployments")
		lock.Lock()
		defer lock.Unlock()
		if isConfigMap || isDeployment {
			seen[isConfigMap] = true
		}
		if len(seen) == 2 && do != nil {
			do()
			do = nil
		}
		return len(seen) < 2
	}
}

// interruptions are what happens to Helm between the two.
var interruptions = map[string]func(t *testing.T, r *release, g *gate, args []string){
	"Helm is killed": func(t *testing.T, r *release, g *gate, args []string) {
		cmd := r.Command(args...)
		g.between(func() { _ = cmd.Process.Kill() })
		if err := cmd.Run(); helm.ExitCode(err) != -1 {
			t.Errorf("Helm was not killed: %v", err)
		}
	},
	"the API server is gone": func(t *testing.T, r *release, g *gate, args []string) {
		g.between(func() {
			_ = g.Listener.Close()
			go g.CloseClientConnections()
		})
		if stdout, stderr, err := r.Try(args...); helm.ExitCode(err) != 1 {
			t.Errorf("Helm: %v, want the exit code 1\n%s%s", err, stdout, stderr)
		}
	},
}

// Interrupted between the ConfigMap and the Deployment, an upgrade leaves runners that trust what they
// trusted, or what they are to trust; or pods that wait for their file, while those of before go on.
// That upgrade stays pending at Helm, which refuses the next until a rollback, with or without a
// post-renderer: docs/TROUBLESHOOTING.md says so. Rolled back and upgraded again, all is as it should be.
func TestInterruptedUpgrade(t *testing.T) {
	for name, interrupt := range interruptions {
		t.Run(name, func(t *testing.T) {
			underEachHelm(t, func(t *testing.T, r *release) {
				first, second := newGitLab(t, chartHost), newGitLab(t, chartHost)
				r.install(t)
				r.awaitReplicaSets(t, 1)
				plain := template(r.deployment(t))
				r.interrupted(t, interrupt, first)
				if r.configMap(t) == nil {
					r.wantOldPods(t)
				} else {
					same(t, "pod templates before the file", template(r.deployment(t)), plain)
				}
				r.mend(t, first)

				r.interrupted(t, interrupt, second)
				deployment := r.deployment(t)
				if connect(t, r.cluster.Get, deployment, first) != nil {
					connects(t, r.cluster.Get, deployment, second)
				}
				r.mend(t, second)
			})
		})
	}
}

// interrupted is an upgrade to the certificate of g that ends in the middle.
func (r *release) interrupted(t *testing.T, interrupt func(*testing.T, *release, *gate, []string), g *gitlab) {
	t.Helper()
	kubeconfig := r.Getenv("KUBECONFIG")
	interrupt(t, r, newGate(t, r), r.args("upgrade", filteredWith(g.certFile)))
	r.Setenv("KUBECONFIG", kubeconfig)
}

// wantOldPods fails the test unless the pods of before the upgrade are left to run.
func (r *release) wantOldPods(t *testing.T) {
	t.Helper()
	r.awaitReplicaSets(t, 2)
	var sets struct{ Items []object }
	r.cluster.JSON(t, &sets, "get", "replicasets", "-n", r.namespace)
	for _, set := range sets.Items {
		if revision := textAt(set, "metadata", "annotations", "deployment.kubernetes.io/revision"); revision == "1" && at(set, "spec", "replicas") != 1.0 {
			t.Errorf("the old pods are gone:\n%s", pretty(set))
		}
	}
}

// mend does what the documentation says of an upgrade that did not end.
func (r *release) mend(t *testing.T, g *gitlab) {
	t.Helper()
	refused(t, r.Helm, "another operation (install/upgrade/rollback) is in progress", r.args("upgrade", filteredWith(g.certFile))...)
	r.in(t, "rollback", r.name)
	r.upgrade(t, filteredWith(g.certFile)...)
	r.wantStatus(t, "deployed")
	same(t, "data of the ConfigMap", at(r.configMap(t), "data"), object{chartHost + ".crt": g.pem})
	connects(t, r.cluster.Get, r.deployment(t), g)
}

// Of two upgrades at once, one is refused before it has changed anything, and the other is done.
func TestTwoUpgradesAtOnce(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		r.install(t)
		// Both are let through when both want to write down the same revision.
		var arrived sync.WaitGroup
		arrived.Add(2)
		gate := newGate(t, r)
		gate.before = func(request *http.Request, _ string) bool {
			if request.Method == http.MethodPost && strings.HasSuffix(request.URL.Path, "/secrets") {
				arrived.Done()
				arrived.Wait()
			}
			return true
		}
		gitlabs := []*gitlab{newGitLab(t, chartHost), newGitLab(t, chartHost)}
		failures := make([]error, len(gitlabs))
		var both sync.WaitGroup
		for i, g := range gitlabs {
			both.Go(func() {
				if _, stderr, err := r.Try(r.args("upgrade", filteredWith(g.certFile))...); err != nil {
					failures[i] = errors.New(stderr)
				}
			})
		}
		both.Wait()
		gate.before = nil
		if (failures[0] == nil) == (failures[1] == nil) {
			t.Fatalf("want one refused: %v", failures)
		}
		done := gitlabs[0]
		if failures[0] != nil {
			done = gitlabs[1]
		}
		r.wantStatus(t, "deployed")
		same(t, "data of the ConfigMap", at(r.configMap(t), "data"), object{chartHost + ".crt": done.pem})
		connects(t, r.cluster.Get, r.deployment(t), done)
		r.upgrade(t, filteredWith(gitlabs[0].certFile)...)
	})
}
