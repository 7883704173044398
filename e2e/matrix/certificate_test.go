package matrix

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// certificates reads a PEM file in the simplest way, without the program's own
// parser; there has to be something, and nothing else.
func certificates(t *testing.T, content []byte) []*x509.Certificate {
	t.Helper()
	var certs []*x509.Certificate
	for rest := content; len(rest) > 0; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil || block.Type != "CERTIFICATE" {
			t.Fatalf("not only certificates:\n%s", content)
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		certs = append(certs, cert)
	}
	if string(trusttest.PEM(certs...)) != string(content) {
		t.Errorf("not plain PEM:\n%s", content)
	}
	return certs
}

// sameCertificates compares certificates with their description in JSON.
func sameCertificates(t *testing.T, what string, got []certificateJSON, want []*x509.Certificate) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s has %d certificates, want %d", what, len(got), len(want))
		return
	}
	for i, c := range want {
		if got[i].Fingerprint != trust.Fingerprint(c) || got[i].Subject != c.Subject.String() || got[i].Issuer != c.Issuer.String() ||
			!got[i].NotBefore.Equal(c.NotBefore) || !got[i].NotAfter.Equal(c.NotAfter) {
			t.Errorf("%s: certificate %d is %+v, want %q", what, i, got[i], shortName(c))
		}
	}
}

// checkChain fails the test unless the file begins with the server's own
// certificate or with the CA that issued it, and each certificate is followed by
// its issuer, and unless the program would take the file.
func (v visit) checkChain(t *testing.T, written []*x509.Certificate) {
	t.Helper()
	if len(written) == 0 {
		return
	}
	issuer := written[0].IsCA && bytes.Equal(v.Sends[0].RawIssuer, written[0].RawSubject)
	if !issuer && !written[0].Equal(v.Sends[0]) {
		t.Errorf("the file begins with %q", shortName(written[0]))
	}
	for i, c := range written[1:] {
		below := written[i]
		if !bytes.Equal(below.RawIssuer, c.RawSubject) {
			t.Errorf("%q is followed by %q", shortName(below), shortName(c))
		}
	}
	if _, err := trust.Parse("the file", trusttest.PEM(written...)); err != nil {
		t.Error(err)
	}
}
