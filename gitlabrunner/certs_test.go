package gitlabrunner_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func ca(name string) trusttest.Template { return trusttest.CA(name, noon) }

func leaf(names ...string) trusttest.Template { return trusttest.Leaf(noon, names...) }

// chain is leaf, intermediate and root.
func chain() []*x509.Certificate {
	root := trusttest.SelfSigned(ca("Root"))
	middle := root.Issue(ca("Intermediate"))
	return []*x509.Certificate{middle.Issue(leaf("gitlab.test")).Certificate, middle.Certificate, root.Certificate}
}

func block(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

func codes(findings []trust.Finding) string {
	var list []string
	for _, f := range findings {
		list = append(list, string(f.Code))
	}
	return strings.Join(list, " ")
}

// longKey is an RSA key that nobody knows the factors of, which is enough for a certificate.
func longKey(bits int) *rsa.PublicKey {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
	return &rsa.PublicKey{N: n.SetBit(n, 0, 1), E: 1<<31 - 1}
}
