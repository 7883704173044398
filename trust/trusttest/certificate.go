// Package trusttest makes certificates and real TLS servers on loopback for tests, as
// net/http/httptest makes HTTP servers: authorities, leaves with every flaw that matters to a
// GitLab Runner, and [Scenarios], the servers that a runner may meet.
//
// Keys are made when they are needed and never written. Like httptest, the package panics when the
// machine denies what every test needs (a key, a port on loopback).
package trusttest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"time"
)

// KeyType chooses the key of a certificate.
type KeyType int

// The key types; P256 is the default.
const (
	P256 KeyType = iota
	P521
	RSA2048
	RSA1024
	Ed25519
)

// Template says what a certificate holds. The zero value of a field leaves its extension out.
type Template struct {
	CommonName    string
	SubjectSerial string // serialNumber in the subject, as of cert-manager's temporary one
	DNSNames      []string
	IPs           []net.IP
	NotBefore     time.Time
	NotAfter      time.Time
	CA            bool // basicConstraints CA:TRUE and the right to sign certificates
	Key           KeyType
	IssuerURLs    []string // authority information access, caIssuers
	SHA1          bool     // signed with SHA-1, which needs an issuer with an RSA key
}

// CA returns the template of an authority, valid from the day before now for ten years.
func CA(name string, now time.Time) Template {
	return Template{CommonName: name, CA: true, NotBefore: now.Add(-day), NotAfter: now.Add(3650 * day)}
}

// Leaf returns the template of a server's certificate, valid from the day before now for a year.
func Leaf(now time.Time, names ...string) Template {
	return Template{DNSNames: names, NotBefore: now.Add(-day), NotAfter: now.Add(365 * day)}
}

// Identity is a certificate with its key.
type Identity struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// SelfSigned makes a self-signed certificate: a root when the template says CA.
func SelfSigned(t Template) *Identity { return Certify(t.x509(), NewKey(t.Key), nil) }

// Issue makes a certificate signed by i.
func (i *Identity) Issue(t Template) *Identity { return Certify(t.x509(), NewKey(t.Key), i) }

// Certify makes exactly the certificate that template describes, for certificates that
// [Template] has no words for, and that of another authority for cross-signed roots. A nil issuer has it sign itself.
func Certify(template *x509.Certificate, key crypto.Signer, issuer *Identity) *Identity {
	if issuer == nil {
		issuer = &Identity{Certificate: template, Key: key}
	}
	return &Identity{Certificate: issuer.sign(template, key.Public()), Key: key}
}

// CertifyKey makes a certificate for a public key, signed by i: the private key is not needed.
func (i *Identity) CertifyKey(t Template, public crypto.PublicKey) *x509.Certificate {
	return i.sign(t.x509(), public)
}

func (i *Identity) sign(template *x509.Certificate, public crypto.PublicKey) *x509.Certificate {
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, i.Certificate, public, i.Key))))
}

func (t Template) x509() *x509.Certificate {
	// The highest bit is set, so that certificates of one template have one length.
	serial := must(rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 118)))
	serial.SetBit(serial, 118, 1)
	c := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: t.CommonName, SerialNumber: t.SubjectSerial},
		NotBefore:             t.NotBefore,
		NotAfter:              t.NotAfter,
		DNSNames:              t.DNSNames,
		IPAddresses:           t.IPs,
		IssuingCertificateURL: t.IssuerURLs,
		BasicConstraintsValid: true,
		IsCA:                  t.CA,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if t.CA {
		c.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature
		c.ExtKeyUsage = nil
	}
	if t.SHA1 {
		c.SignatureAlgorithm = x509.SHA1WithRSA
	}
	return c
}

// NewKey makes a key of this type.
func NewKey(t KeyType) crypto.Signer {
	switch t {
	case P521:
		return must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))
	case RSA2048:
		return must(rsa.GenerateKey(rand.Reader, 2048))
	case RSA1024:
		return must(rsa.GenerateKey(rand.Reader, 1024))
	case Ed25519:
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return must(key, err)
	}
	return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
}

// must returns the value, or panics where the machine denies it.
func must[T any](value T, err error) T {
	if err != nil {
		panic("trusttest: " + err.Error())
	}
	return value
}
