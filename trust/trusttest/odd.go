package trusttest

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"slices"
)

// OldVersion returns the certificate once more, of X.509 version 1 or 2, signed by issuer anew. With
// extensions it is one that breaks RFC 5280, section 4.1.2.1, as some old CAs made them.
func OldVersion(c *x509.Certificate, issuer *Identity, version int, extensions bool) *x509.Certificate {
	var fields, outer []asn1.RawValue
	must(asn1.Unmarshal(c.RawTBSCertificate, &fields))
	must(asn1.Unmarshal(c.Raw, &outer))
	var body []byte
	if version > 1 {
		body = marshal(asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: marshal(version - 1)})
	}
	for _, field := range fields {
		if field.Class != asn1.ClassContextSpecific || extensions && field.Tag == 3 {
			body = append(body, field.FullBytes...)
		}
	}
	signed := marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: body})
	hash := crypto.SHA256
	switch c.SignatureAlgorithm {
	case x509.ECDSAWithSHA512:
		hash = crypto.SHA512
	case x509.PureEd25519:
		hash = 0
	}
	signature := must(crypto.SignMessage(issuer.Key, rand.Reader, signed, hash))
	outer[0] = asn1.RawValue{FullBytes: signed}
	outer[2] = asn1.RawValue{FullBytes: marshal(asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)})}
	return must(x509.ParseCertificate(marshal(outer)))
}

func marshal(value any) []byte { return must(asn1.Marshal(value)) }

// OnSM2 is a certificate with a P-256 key as it would be with one on the SM2 curve: the object
// identifiers of both curves are of one length. Go does not parse it, and no signature in it holds.
func OnSM2(c *x509.Certificate) []byte {
	return replace(c.Raw, []byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}, []byte{0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d})
}

// SignedWithSM2 is a certificate signed with ECDSA and SHA-256 as if it were signed with SM2 and SM3.
func SignedWithSM2(c *x509.Certificate) *x509.Certificate {
	return must(x509.ParseCertificate(replace(c.Raw,
		[]byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02}, []byte{0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75})))
}

func replace(der, old, new []byte) []byte {
	if !bytes.Contains(der, old) {
		panic("trusttest: not a certificate of this kind")
	}
	return bytes.ReplaceAll(der, old, new)
}

// PKCS7 makes a certs-only message (RFC 8551, section 3.2.2) in DER, as `openssl crl2pkcs7 -nocrl` writes it.
func PKCS7(certs ...*x509.Certificate) []byte {
	oid := func(last int) asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, last} }
	tagged := asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true}
	none := asn1.RawValue{Tag: asn1.TagSet, IsCompound: true}
	data := []any{1, none, []any{oid(1)}, tagged, none} // version, digests, content, certificates, signers
	for _, c := range certs {
		tagged.Bytes = append(tagged.Bytes, c.Raw...)
	}
	if data[3] = tagged; len(certs) == 0 {
		data = slices.Delete(data, 3, 4)
	}
	tagged.Bytes = marshal(data)
	return marshal([]any{oid(2), tagged})
}
