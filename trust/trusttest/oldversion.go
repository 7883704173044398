package trusttest

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
)

// OldVersion returns the certificate once more, of X.509 version 1 or 2, signed by issuer anew. With
// extensions it is one that breaks RFC 5280, section 4.1.2.1, as some old CAs made them.
func OldVersion(c *x509.Certificate, issuer *Identity, version int, extensions bool) *x509.Certificate {
	var fields, outer []asn1.RawValue
	unmarshal(c.RawTBSCertificate, &fields)
	unmarshal(c.Raw, &outer)
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
	signature := signText(c.SignatureAlgorithm, signed, issuer.Key)
	outer[0] = asn1.RawValue{FullBytes: signed}
	outer[2] = asn1.RawValue{FullBytes: marshal(asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)})}
	old, err := x509.ParseCertificate(marshal(outer))
	must(err)
	return old
}

// signText signs with one of the algorithms that x509.CreateCertificate chooses by itself.
func signText(algorithm x509.SignatureAlgorithm, text []byte, key crypto.Signer) []byte {
	hash := map[x509.SignatureAlgorithm]crypto.Hash{
		x509.ECDSAWithSHA256: crypto.SHA256, x509.ECDSAWithSHA512: crypto.SHA512, x509.SHA256WithRSA: crypto.SHA256,
	}[algorithm]
	if hash != 0 {
		sum := hash.New()
		sum.Write(text)
		text = sum.Sum(nil)
	} else if algorithm != x509.PureEd25519 {
		panic("trusttest: no certificate of an old version is signed with " + algorithm.String())
	}
	signature, err := key.Sign(rand.Reader, text, hash)
	must(err)
	return signature
}

func marshal(value any) []byte {
	der, err := asn1.Marshal(value)
	must(err)
	return der
}

func unmarshal(der []byte, value any) {
	_, err := asn1.Unmarshal(der, value)
	must(err)
}
