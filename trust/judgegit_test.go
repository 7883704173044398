package trust_test

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// family is a chain of four: a root (r), a policy CA (p), an issuing CA (i) and a leaf (l); and
// what is not of it (u). An edit changes their templates and keys before they are issued.
type family map[rune]*member

type member struct {
	x509.Certificate
	key    crypto.Signer
	issued *trusttest.Identity
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

// judge fails the test unless the statuses are these, and the joined one follows from them.
func judge(t *testing.T, v trust.GitVerdict, gnuTLS, openSSL trust.Status) {
	t.Helper()
	if v.GnuTLS.Status != gnuTLS || v.OpenSSL.Status != openSSL {
		t.Errorf("GnuTLS: %+v, want %s\nOpenSSL: %+v, want %s", v.GnuTLS, gnuTLS, v.OpenSSL, openSSL)
	}
	want := trust.StatusUnknown
	if gnuTLS == openSSL {
		want = gnuTLS
	}
	if v.Status != want || (want == trust.StatusOK) != (v.Finding.Code == trust.CodeTrusted) || v.Finding.Message == "" {
		t.Errorf("joined: %+v, want %s", v.Verdict, want)
	}
}

// TestJudgeGitAnchors varies what is sent and what is in the file, with nothing wrong with either.
func TestJudgeGitAnchors(t *testing.T) {
	const ok, fails, unknown = trust.StatusOK, trust.StatusFailed, trust.StatusUnknown
	f := newFamily(nil)
	for _, test := range []struct {
		sent, file      string
		gnuTLS, openSSL trust.Status
	}{
		{"l", "l", ok, ok},
		{"l", "i", ok, ok},
		{"l", "ipr", ok, ok},
		{"l", "lr", ok, ok},
		{"l", "p", fails, fails},
		{"l", "pr", fails, fails},
		{"l", "u", fails, fails},
		{"l", "", fails, fails},
		{"li", "li", ok, ok},
		{"li", "i", ok, ok},
		{"li", "p", ok, ok},
		{"li", "r", fails, fails},
		{"li", "l", unknown, ok},
		{"lip", "ipr", ok, ok},
		{"lip", "r", ok, ok},
		{"lip", "p", ok, ok},
		{"lip", "i", unknown, ok},
		{"lip", "l", unknown, ok},
		{"lip", "lip", ok, ok},
		{"lip", "u", fails, fails},
		{"lipr", "ipr", ok, ok},
		{"lipr", "r", ok, ok},
		{"lipr", "p", ok, ok},
		{"lipr", "i", unknown, ok},
		{"lipr", "lipr", ok, ok},
		{"lrpi", "r", ok, ok},  // in any order
		{"liip", "r", ok, ok},  // one of them twice
		{"lrip", "lr", ok, ok}, // and in both
		{"luip", "pr", ok, ok}, // with something that leads nowhere
		{"lp", "r", fails, fails},
		{"lp", "lr", unknown, ok}, // versions of GnuTLS differ in what does not belong to the chain
		{"lu", "l", ok, ok},       // but none minds a root at the end
		{"lpu", "l", unknown, ok},
		{"lippppppppppppppp", "i", unknown, ok}, // more than GnuTLS sorts
	} {
		t.Run(test.sent+" with "+test.file, func(t *testing.T) {
			judge(t, trust.JudgeGit(f.list(test.sent), f.list(test.file), "gitlab.example.com", noon), test.gnuTLS, test.openSSL)
		})
	}
}

// TestJudgeGitAmbiguous has more than one CA of a name.
func TestJudgeGitAmbiguous(t *testing.T) {
	const ok, fails, unknown = trust.StatusOK, trust.StatusFailed, trust.StatusUnknown
	double := func(f family) { f['u'].Subject = f['i'].Subject }
	otherKind := func(f family) { f['u'].Subject, f['u'].key = f['i'].Subject, trusttest.NewKey(trusttest.RSA2048) }
	old := func(f family) {
		f['u'].Subject, f['u'].key, f['u'].NotAfter = f['i'].Subject, f['i'].key, noon.Add(-1)
	}
	for name, test := range map[string]struct {
		edit            func(family)
		sent, file      string
		withoutKeyIDs   bool
		gnuTLS, openSSL trust.Status
	}{
		"told apart by key identifiers":     {edit: double, sent: "l", file: "ui", gnuTLS: ok, openSSL: ok},
		"only the wrong one":                {edit: double, sent: "l", file: "u", gnuTLS: fails, openSSL: fails},
		"the right one last":                {edit: double, sent: "l", file: "ui", withoutKeyIDs: true, gnuTLS: ok, openSSL: unknown},
		"the wrong one last":                {edit: double, sent: "l", file: "iu", withoutKeyIDs: true, gnuTLS: fails, openSSL: unknown},
		"told apart by the kind of key":     {edit: otherKind, sent: "l", file: "ui", withoutKeyIDs: true, gnuTLS: ok, openSSL: ok},
		"one of them expired":               {edit: old, sent: "l", file: "iu", gnuTLS: ok, openSSL: ok},
		"the expired one only":              {edit: old, sent: "l", file: "u", gnuTLS: fails, openSSL: fails},
		"the expired one beside the root":   {edit: old, sent: "lip", file: "ru", gnuTLS: unknown, openSSL: fails},
		"the same one, more than ten times": {sent: "l", file: "iiiiiiiiiiiiiiiiiiii", gnuTLS: ok, openSSL: ok},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFamily(test.edit)
			for letter := range f {
				if c := f[letter].issued.Certificate; test.withoutKeyIDs {
					c.SubjectKeyId, c.AuthorityKeyId = nil, nil
				}
			}
			judge(t, trust.JudgeGit(f.list(test.sent), f.list(test.file), "gitlab.example.com", noon), test.gnuTLS, test.openSSL)
		})
	}
}

// TestJudgeGitBounds has more of everything than a server or a file should have.
func TestJudgeGitBounds(t *testing.T) {
	f := newFamily(nil)
	var many []*x509.Certificate
	for i := range 20 {
		renewed := *f['i'].issued.Certificate
		renewed.Raw = append(slices.Clone(renewed.Raw), byte(i))
		many = append(many, &renewed)
	}
	judge(t, trust.JudgeGit(f.list("l"), many, "gitlab.example.com", noon), trust.StatusOK, trust.StatusUnknown)
	unusual := f['i'].issued.Certificate // as crypto/x509 reads a CA with a key that it does not know
	unusual.PublicKey, unusual.PublicKeyAlgorithm = nil, x509.UnknownPublicKeyAlgorithm
	judge(t, trust.JudgeGit(f.list("li"), f.list("ipr"), "gitlab.example.com", noon), trust.StatusUnknown, trust.StatusUnknown)
	judge(t, trust.JudgeGit(nil, f.list("ipr"), "gitlab.example.com", noon), trust.StatusFailed, trust.StatusFailed)
}

// TestJudgeGitIssuerSerial has the leaf name its issuer's serial number, or a wrong one: only
// OpenSSL looks.
func TestJudgeGitIssuerSerial(t *testing.T) {
	for serial, want := range map[byte]trust.Status{3: trust.StatusOK, 4: trust.StatusFailed} {
		f := newFamily(func(f family) {
			value, err := asn1.Marshal([]asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 2, Bytes: []byte{serial}}})
			if err != nil {
				t.Fatal(err)
			}
			f['l'].ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 35}, Value: value}}
		})
		judge(t, trust.JudgeGit(f.list("li"), f.list("ipr"), "gitlab.example.com", noon), trust.StatusOK, want)
	}
}
