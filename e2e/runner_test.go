package e2e

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/kubelet"
	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/store"
)

// podSpec is the part of a Deployment's pods that decides what its runner
// trusts.
type podSpec struct {
	SecurityContext struct{ RunAsUser int64 }
	Containers      []struct {
		Name string
		Env  []struct{ Name, Value string }
	}
}

// connect makes the request that the runner of a Deployment, as the API server
// holds it, would make to its GitLab: with the public CAs of its image and the
// file that its pod would have. The name resolves to g, and the objects that
// volumes come from are looked up in the Deployment's namespace.
func connect(t *testing.T, lookup kubelet.Lookup, deployment object, g *gitlab) error {
	t.Helper()
	server, file := runnerFile(t, layOut(t, lookup, deployment), deployment)
	return reach(server, file, g)
}

// reach makes a request to g with the public CAs and a file.
func reach(server string, file []byte, g *gitlab) error {
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trust.RunnerPool(store.Mozilla(), file)},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, g.addr)
		},
	}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Get(server)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// layOut returns a folder with the files of a runner's volumes.
func layOut(t *testing.T, lookup kubelet.Lookup, deployment object) (root string) {
	t.Helper()
	root = t.TempDir()
	if err := kubelet.Mount(root, deployment, runnerOf(t, deployment).Containers[0].Name, lookup); err != nil {
		t.Fatal(err)
	}
	return root
}

// runnerOf is the pod of a runner's Deployment.
func runnerOf(t *testing.T, deployment object) podSpec {
	t.Helper()
	return decode[podSpec](t, at(deployment, "spec", "template", "spec").(object))
}

// runnerFile returns the URL of a runner's GitLab and the one file that it
// reads for that host, nil where it is not there. root has its volumes.
func runnerFile(t *testing.T, root string, deployment object) (server string, file []byte) {
	t.Helper()
	pod := runnerOf(t, deployment)
	env := map[string]string{"HOME": gitlabrunner.DefaultHome}
	for _, variable := range pod.Containers[0].Env {
		env[variable.Name] = variable.Value
	}
	server = env[gitlabrunner.ServerURLVariable]
	parsed, err := gitlabrunner.ParseServer(server)
	if err != nil {
		t.Fatal(err)
	}
	certs := path.Join(gitlabrunner.CertsDir(pod.SecurityContext.RunAsUser, env["HOME"]), parsed.CertFile)
	// What is named is not looked for elsewhere, even where it is missing.
	name := cmp.Or(env[gitlabrunner.CAFileVariable], templateIn(t, root).TLSCAFile, certs)
	file, err = os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return server, file
}

// connects fails the test when the runner does not reach its GitLab.
func connects(t *testing.T, lookup kubelet.Lookup, deployment object, g *gitlab) {
	t.Helper()
	if err := connect(t, lookup, deployment, g); err != nil {
		t.Errorf("%s: %v", nameOf(deployment), err)
	}
}

// distrusts fails the test unless the runner refuses its GitLab's certificate,
// with the words that its log has in a pod.
func distrusts(t *testing.T, lookup kubelet.Lookup, deployment object, g *gitlab) {
	t.Helper()
	if err := connect(t, lookup, deployment, g); !isUnknownAuthority(err) {
		t.Errorf("%s: %v, want an unknown authority", nameOf(deployment), err)
	}
}

func isUnknownAuthority(err error) bool {
	return err != nil && strings.Contains(err.Error(), "x509: certificate signed by unknown authority")
}

// certMounts are the mounts of the runner at or below a folder named certs,
// as volume=path.
func certMounts(t *testing.T, deployment object) []string {
	t.Helper()
	var found []string
	containers, _ := at(deployment, "spec", "template", "spec", "containers").([]any)
	mounts, _ := at(containers[0], "volumeMounts").([]any)
	for _, mount := range mounts {
		path := textAt(mount, "mountPath")
		if slices.Contains(strings.Split(path, "/"), "certs") {
			found = append(found, textAt(mount, "name")+"="+path)
		}
	}
	return found
}
