package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"helm-runnertrust/trust/trusttest"
)

// chartHost is the host of the chart's default gitlabUrl.
const chartHost = "gitlab.example.com"

// gitlab is a stand-in for a GitLab server whose certificate comes from a
// private CA of its own.
type gitlab struct {
	certFile string // PEM of the CA
	pem      string
	addr     string // where it listens, on loopback
	leaf     *trusttest.Identity
}

// newGitLab starts a server for the host that ends with the test.
func newGitLab(t *testing.T, host string) *gitlab {
	t.Helper()
	now := time.Now()
	root := trusttest.SelfSigned(trusttest.Template{CommonName: "Private Root", CA: true,
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(10 * 365 * 24 * time.Hour)})
	leaf := root.Issue(trusttest.Template{DNSNames: []string{host},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(365 * 24 * time.Hour)})
	server := trusttest.StartTLS("127.0.0.1:0", nil, leaf)
	t.Cleanup(server.Close)
	ca := trusttest.PEM(root.Certificate)
	return &gitlab{certFile: writeFile(t, "gitlab.crt", ca), pem: string(ca), addr: server.Addr, leaf: leaf}
}

// expiredCert is a file with a certificate of chartHost that expired yesterday.
func expiredCert(t *testing.T) string {
	t.Helper()
	now := time.Now()
	leaf := trusttest.SelfSigned(trusttest.Template{DNSNames: []string{chartHost},
		NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(-24 * time.Hour)})
	return writeFile(t, "expired.crt", trusttest.PEM(leaf.Certificate))
}

// leafCert is a file with nothing but the certificate of a host.
func leafCert(t *testing.T, host string) string {
	t.Helper()
	now := time.Now()
	leaf := trusttest.SelfSigned(trusttest.Template{DNSNames: []string{host},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(365 * 24 * time.Hour)})
	return writeFile(t, "leaf.crt", trusttest.PEM(leaf.Certificate))
}

// keyFile is a file with the private key of a server in place of its
// certificate.
func keyFile(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, "gitlab.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// writeFile writes a file into a folder that ends with the test.
func writeFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// secret returns the Secret with the server's certificate, as cert-manager
// makes it: with the private key.
func (g *gitlab) secret(t *testing.T, name string) object {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(g.leaf.Key)
	if err != nil {
		t.Fatal(err)
	}
	return object{
		"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
		"metadata": object{"name": name},
		"data": map[string][]byte{
			"tls.crt": g.certificate(),
			"tls.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
			"ca.crt":  []byte(g.pem),
		},
	}
}

// certificate is PEM of what the server sends.
func (g *gitlab) certificate() []byte { return trusttest.PEM(g.leaf.Certificate) }
