// Package internet is what tests know of the world, on loopback: hosts with certificates of an
// authority that everybody trusts, and a proxy that leads to them by name, and nowhere else.
package internet

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"helm-runnertrust/e2e/internal/charts"
	"helm-runnertrust/e2e/internal/tool"
	"helm-runnertrust/trust/trusttest"
)

// An Internet has a server for each host that it knows.
type Internet struct {
	// Authority is the PEM file of the authority of all sites.
	Authority string

	addresses map[string]string // by host; the port is 443
}

// Start serves until the test ends. Each of the sites is a host's.
func Start(t *testing.T, sites map[string]http.Handler) *Internet {
	t.Helper()
	from, until := time.Now().Add(-time.Hour), time.Now().AddDate(1, 0, 0)
	root := trusttest.SelfSigned(trusttest.Template{CommonName: "Public Root CA", CA: true, NotBefore: from, NotAfter: until.AddDate(9, 0, 0)})
	n := &Internet{Authority: filepath.Join(t.TempDir(), "authorities.crt"), addresses: map[string]string{}}
	if err := os.WriteFile(n.Authority, trusttest.PEM(root.Certificate), 0o644); err != nil {
		t.Fatal(err)
	}
	for host, site := range sites {
		n.Add(host, startSite(t, root.Issue(trusttest.Template{DNSNames: []string{host}, NotBefore: from, NotAfter: until}), site))
	}
	return n
}

// Add has a host lead to the address of a server that is there already. It comes before the first
// Proxy.
func (n *Internet) Add(host, address string) { n.addresses[host] = address }

// startSite returns the address of a TLS server that ends with the test.
func startSite(t *testing.T, id *trusttest.Identity, site http.Handler) string {
	t.Helper()
	server := httptest.NewUnstartedServer(site)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{id.Certificate.Raw}, PrivateKey: id.Key}}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// Charts serves the packaged charts gitlab-runner and gitlab, as `helm repo add` wants them. e2e is
// the folder that holds the charts' sources.
func Charts(t *testing.T, e2e string) http.Handler {
	t.Helper()
	folder, source := t.TempDir(), t.TempDir()
	runner, gitlab := filepath.Join(source, "gitlab-runner"), filepath.Join(source, "gitlab")
	if err := errors.Join(charts.Runner(e2e, runner), charts.GitLab(e2e, gitlab)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"package", "--destination", folder, runner, gitlab}, {"repo", "index", folder}} {
		if out, err := exec.Command(tool.Path(t, "helm3"), args...).CombinedOutput(); err != nil {
			t.Fatalf("helm %s: %v\n%s", args[0], err, out)
		}
	}
	return http.FileServer(http.Dir(folder))
}
