package matrix

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"

	"helm-runnertrust/trust/trusttest"
)

// draft is a certificate before it is issued.
type draft struct {
	x509.Certificate

	kind trusttest.KeyType
	key  crypto.Signer

	noSubjectKeyID, noAuthorityKeyID bool
	noBasicConstraints               bool
	// issuerSerial is for the authority key identifier, which then names the issuer too.
	issuerSerial *big.Int
	// rsaSignature is used where the issuer has an RSA key.
	rsaSignature x509.SignatureAlgorithm
	// rewriteIssuer says how the issuer's name is written in another way.
	rewriteIssuer string
	// oldVersion is 1 or 2, 0 for 3.
	oldVersion     int
	keepExtensions bool
}

const day = 24 * time.Hour

// newCA and newLeaf draft what nobody would object to.
func newCA(name string, serial int64, now time.Time) *draft {
	return &draft{Certificate: x509.Certificate{
		Subject: pkix.Name{CommonName: name, Organization: []string{"Example"}}, SerialNumber: big.NewInt(serial),
		NotBefore: now.Add(-day), NotAfter: now.Add(3650 * day),
		BasicConstraintsValid: true, IsCA: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature,
	}}
}

func newLeaf(host string, serial int64, now time.Time) *draft {
	return &draft{Certificate: x509.Certificate{
		Subject: pkix.Name{CommonName: "server certificate"}, SerialNumber: big.NewInt(serial),
		NotBefore: now.Add(-day), NotAfter: now.Add(90 * day),
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:              []string{host},
	}}
}

// extend adds an extension, in place of one of its kind.
func (d *draft) extend(added pkix.Extension) {
	d.ExtraExtensions = slices.DeleteFunc(slices.Clone(d.ExtraExtensions), func(e pkix.Extension) bool { return e.Id.Equal(added.Id) })
	d.ExtraExtensions = append(d.ExtraExtensions, added)
}

// issue makes the certificate; a nil issuer has it sign itself.
func (d *draft) issue(issuer *trusttest.Identity) *trusttest.Identity {
	template, signer := d.template(), d.key
	if issuer != nil {
		signer = issuer.Key
		parent := *issuer.Certificate
		if d.issuerSerial != nil {
			template.ExtraExtensions = append(template.ExtraExtensions[:len(template.ExtraExtensions):len(template.ExtraExtensions)],
				fullAuthorityKeyID(&parent, d.issuerSerial))
		}
		if d.noAuthorityKeyID {
			parent.SubjectKeyId = nil
		}
		if d.rewriteIssuer != "" {
			parent.RawSubject = rewrite(parent.RawSubject, d.rewriteIssuer)
		}
		issuer = &trusttest.Identity{Certificate: &parent, Key: issuer.Key}
	}
	if _, isRSA := signer.(*rsa.PrivateKey); isRSA {
		template.SignatureAlgorithm = d.rsaSignature
	}
	id := trusttest.Certify(template, d.key, issuer)
	if d.oldVersion > 0 && template.SignatureAlgorithm == x509.UnknownSignatureAlgorithm {
		id.Certificate = trusttest.OldVersion(id.Certificate, &trusttest.Identity{Key: signer}, d.oldVersion, d.keepExtensions)
	}
	return id
}

// template is what crypto/x509 makes the certificate of. It gives every CA that
// it knows of a key identifier, so that a CA without one has its basic
// constraints written by hand.
func (d *draft) template() *x509.Certificate {
	t := d.Certificate
	t.SubjectKeyId = keyID(d.key)
	if !t.IsCA {
		t.MaxPathLen, t.MaxPathLenZero = 0, false
	}
	if !d.noSubjectKeyID && !d.noBasicConstraints {
		return &t
	}
	constraints := struct {
		IsCA       bool `asn1:"optional"`
		MaxPathLen int  `asn1:"optional,default:-1"`
	}{t.IsCA, -1}
	if t.MaxPathLen > 0 || t.MaxPathLenZero {
		constraints.MaxPathLen = t.MaxPathLen
	}
	t.IsCA, t.BasicConstraintsValid, t.MaxPathLen, t.MaxPathLenZero = false, false, 0, false
	if d.noSubjectKeyID {
		t.SubjectKeyId = nil
	}
	if !d.noBasicConstraints {
		t.ExtraExtensions = append(t.ExtraExtensions[:len(t.ExtraExtensions):len(t.ExtraExtensions)],
			pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 19}, Critical: true, Value: marshal(constraints)})
	}
	return &t
}

func keyID(key crypto.Signer) []byte {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(der)
	return sum[:20]
}

// fullAuthorityKeyID is what openssl's authorityKeyIdentifier = keyid,issuer:always
// writes (RFC 5280, section 4.2.1.1).
func fullAuthorityKeyID(issuer *x509.Certificate, serial *big.Int) pkix.Extension {
	tagged := func(tag int, value []byte) asn1.RawValue {
		return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, IsCompound: true, Bytes: value}
	}
	value := struct {
		KeyID  []byte `asn1:"optional,tag:0"`
		Issuer asn1.RawValue
		Serial *big.Int `asn1:"tag:2"`
	}{issuer.SubjectKeyId, tagged(1, marshal(tagged(4, issuer.RawIssuer))), serial}
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 35}, Value: marshal(value)}
}

func marshal(value any) []byte {
	der, err := asn1.Marshal(value)
	if err != nil {
		panic(err)
	}
	return der
}
