package trust_test

import (
	"crypto/x509"
	"encoding/pem"
	"net"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// noon is the time at which the certificates of these tests are judged.
var noon = time.Date(2030, 1, 15, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func ca(name string) trusttest.Template { return trusttest.CA(name, noon) }

func leaf(names ...string) trusttest.Template { return trusttest.Leaf(noon, names...) }

// chain is leaf, intermediate and root.
func chain() []*x509.Certificate {
	root := trusttest.SelfSigned(ca("Root"))
	middle := root.Issue(ca("Intermediate"))
	return []*x509.Certificate{middle.Issue(leaf("gitlab.test")).Certificate, middle.Certificate, root.Certificate}
}

// crossed is a leaf and its root, cross-signed by another one, and the root itself if it is wanted.
func crossed(withRoot bool) []*x509.Certificate {
	root, old := trusttest.SelfSigned(ca("Root")), trusttest.SelfSigned(ca("Old Root"))
	certs := []*x509.Certificate{root.Issue(leaf("gitlab.test")).Certificate, trusttest.Certify(root.Certificate, root.Key, old).Certificate}
	if withRoot {
		certs = append(certs, root.Certificate)
	}
	return certs
}

func block(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

func ips(addresses ...string) []net.IP {
	var list []net.IP
	for _, a := range addresses {
		list = append(list, net.ParseIP(a))
	}
	return list
}

func bundle(t *testing.T, origin string, certs ...*x509.Certificate) *trust.Bundle {
	t.Helper()
	b, err := trust.NewBundle(origin, certs)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
