package trust_test

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// longKey is an RSA key that nobody knows the factors of, which is enough for a certificate.
func longKey(bits int) *rsa.PublicKey {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
	return &rsa.PublicKey{N: n.SetBit(n, 0, 1), E: 1<<31 - 1}
}

// TestHugeKeys refuses what would take minutes to check a signature with, before one is checked:
// the file holds certificates that the key could have signed.
func TestHugeKeys(t *testing.T) {
	root := trusttest.SelfSigned(ca("Root"))
	beside := root.Issue(leaf("gitlab.test")).Certificate
	for bits, refused := range map[int]bool{16384: false, 16385: true, 1_500_000: true} {
		huge := root.CertifyKey(ca("Root"), longKey(bits))
		started := time.Now()
		for form, text := range map[string]string{
			"PEM": string(trusttest.PEM(beside, huge)), "DER": string(huge.Raw),
			"PKCS#7": string(trusttest.PKCS7(beside, huge)), "PKCS#7 in PEM": block("PKCS7", trusttest.PKCS7(huge)),
		} {
			certs, err := trust.Certificates("f.crt", []byte(text))
			if (err != nil) != refused || refused && certs != nil {
				t.Errorf("%d bits as %s: %d certificates, %v", bits, form, len(certs), err)
			}
			_, err = trust.Parse("f.crt", []byte(text))
			refusal, got := errors.AsType[*trust.Error](err)
			if got != refused || got && (refusal.Code != trust.CodeHugeKey || refusal.Origin != "f.crt") {
				t.Errorf("%d bits as %s: %v", bits, form, err)
			}
		}
		if _, err := trust.NewBundle("server", []*x509.Certificate{beside, huge}); (err != nil) != refused {
			t.Errorf("%d bits, sent: %v", bits, err)
		}
		if took := time.Since(started); took > 5*time.Second {
			t.Errorf("%d bits take %s", bits, took)
		}
	}
}

// TestManySignatures keeps the order of a file with more certificates than signatures are checked.
func TestManySignatures(t *testing.T) {
	root := trusttest.SelfSigned(ca("Root"))
	certs := []*x509.Certificate{root.Certificate}
	for i := range 700 {
		certs = append(certs, root.Issue(leaf(fmt.Sprintf("%d.test", i))).Certificate)
	}
	ordered := bundle(t, "f.crt", certs...).Certificates()
	if len(ordered) != len(certs) || !ordered[len(ordered)-1].Equal(root.Certificate) {
		t.Errorf("%d certificates, the last is %q", len(ordered), ordered[len(ordered)-1].Subject)
	}
}

// TestShortKeys takes a signature of a key too short for Go to check it as one that may fit, for the order.
func TestShortKeys(t *testing.T) {
	root := trusttest.SelfSigned(ca("Root"))
	for bits, want := range map[int]bool{1023: true, 1024: false} {
		namesake := root.CertifyKey(trusttest.Template{CommonName: "Root", NotBefore: noon, NotAfter: noon}, longKey(bits))
		if got := trust.SelfSigned(namesake); got != want {
			t.Errorf("%d bits: %v", bits, got)
		}
	}
}

// TestOldRoot has certificates of version 1, which cannot say that they are a CA: a root is one.
func TestOldRoot(t *testing.T) {
	root, other := trusttest.SelfSigned(ca("Root")), trusttest.SelfSigned(ca("Other"))
	for signer, want := range map[*trusttest.Identity]bool{root: true, other: false} {
		old := trusttest.OldVersion(root.Certificate, signer, 1, false)
		if f := bundle(t, "f.crt", old).Unusable("gitlab.test", noon); (f == nil) != want {
			t.Errorf("signed by %s: %v", signer.Certificate.Subject, f)
		}
	}
}
