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
	NoCertSign    bool // a CA whose key usage leaves the right to sign certificates out
	Key           KeyType
	IssuerURLs    []string // authority information access, caIssuers
	SHA1          bool     // signed with SHA-1, which needs an issuer with an RSA key
}

// Identity is a certificate with its key.
type Identity struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// SelfSigned makes a self-signed certificate: a root when the template says CA.
func SelfSigned(t Template) *Identity {
	key := newKey(t.Key)
	tmpl := t.x509()
	return &Identity{Certificate: create(tmpl, tmpl, key, key), Key: key}
}

// Issue makes a certificate signed by i.
func (i *Identity) Issue(t Template) *Identity {
	key := newKey(t.Key)
	return &Identity{Certificate: create(t.x509(), i.Certificate, key, i.Key), Key: key}
}

// CertifyKey makes a certificate for a public key, signed by i: the private key is not needed.
func (i *Identity) CertifyKey(t Template, public crypto.PublicKey) *x509.Certificate {
	return sign(t.x509(), i.Certificate, public, i.Key)
}

func create(tmpl, parent *x509.Certificate, key, signer crypto.Signer) *x509.Certificate {
	return sign(tmpl, parent, key.Public(), signer)
}

func sign(tmpl, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, public, signer)
	must(err)
	cert, err := x509.ParseCertificate(der)
	must(err)
	return cert
}

func (t Template) x509() *x509.Certificate {
	// The highest bit is set, so that certificates of one template have one length.
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 118))
	must(err)
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
	if t.NoCertSign {
		c.KeyUsage &^= x509.KeyUsageCertSign
	}
	if t.SHA1 {
		c.SignatureAlgorithm = x509.SHA1WithRSA
	}
	return c
}

func newKey(t KeyType) crypto.Signer {
	var key crypto.Signer
	var err error
	switch t {
	case P521:
		key, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case RSA2048:
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case RSA1024:
		key, err = rsa.GenerateKey(rand.Reader, 1024)
	case Ed25519:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	default:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	must(err)
	return key
}

func must(err error) {
	if err != nil {
		panic("trusttest: " + err.Error())
	}
}

// Cross has i sign the subject and key of another authority: a cross-signed root.
func (i *Identity) Cross(other *Identity) *x509.Certificate {
	return create(other.Certificate, i.Certificate, other.Key, i.Key)
}
