package gitclient_test

import (
	"cmp"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/gitclient"
	"helm-runnertrust/trust/trusttest"
)

const day = 24 * time.Hour

var noon = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)

// family is a chain of four: a root (r), a policy CA (p), an issuing CA (i) and a leaf (l); and
// what is not of it (u). An edit changes their templates and keys before they are issued.
type family map[rune]*member

type member struct {
	x509.Certificate
	key    crypto.Signer
	issued *trusttest.Identity
}

// withoutKeyID writes the basic constraints of a CA by hand: Go gives every CA that it knows of a key
// identifier.
func (m *member) withoutKeyID() {
	m.IsCA, m.BasicConstraintsValid = false, false
	m.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 19}, Critical: true, Value: []byte{0x30, 3, 1, 1, 0xff}}}
}

func newFamily(edit func(family)) family {
	f := family{}
	for i, letter := range "rpilu" {
		f[letter] = &member{key: trusttest.NewKey(trusttest.P256), Certificate: x509.Certificate{
			Subject: pkix.Name{CommonName: string(letter)}, SerialNumber: big.NewInt(int64(i + 1)),
			NotBefore: noon.Add(-day), NotAfter: noon.Add(365 * day),
			BasicConstraintsValid: true, IsCA: letter != 'l',
			KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		}}
	}
	f['l'].KeyUsage, f['l'].DNSNames = x509.KeyUsageDigitalSignature, []string{"gitlab.example.com"}
	f['l'].ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	if edit != nil {
		edit(f)
	}
	var issuer *trusttest.Identity
	for _, letter := range "rpil" {
		f[letter].issued = trusttest.Certify(&f[letter].Certificate, f[letter].key, issuer)
		issuer = f[letter].issued
	}
	f['u'].issued = trusttest.Certify(&f['u'].Certificate, f['u'].key, nil)
	return f
}

func (f family) list(letters string) []*x509.Certificate {
	var certs []*x509.Certificate
	for _, letter := range letters {
		certs = append(certs, f[letter].issued.Certificate)
	}
	return certs
}

// A handshake is what the server sends, and the text of the file.
type handshake struct {
	Sent []*x509.Certificate
	File []byte
	Host string
}

// judge returns git's verdict at noon.
func (h handshake) judge(t *testing.T) trust.Verdict {
	t.Helper()
	any, err := trust.NewBundle("ca.crt", newFamily(nil).list("u"))
	if err != nil {
		t.Fatal(err)
	}
	return gitclient.Judge(cmp.Or(h.Host, "gitlab.example.com"), h.Sent, any.InFile(append([]byte{}, h.File...)), noon)
}

// judge fails the test unless the verdict has this status and says this.
func judge(t *testing.T, h handshake, want trust.Status, says string) {
	t.Helper()
	v := h.judge(t)
	if v.Status != want || (want == trust.StatusOK) != (v.Finding.Code == trust.CodeTrusted) || !strings.Contains(v.Finding.Message, says) {
		t.Errorf("%+v, want %s with %q", v, want, says)
	}
}

// handshake has the server send some of the family, and the file hold some.
func (f family) handshake(sent, file string) handshake {
	return handshake{Sent: f.list(sent), File: trusttest.PEM(f.list(file)...)}
}
