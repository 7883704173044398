package trusttest

import (
	"crypto/x509"
	"encoding/asn1"
)

// signedData is SignedData of RFC 2315, section 9.1, without content, signers and revocation lists,
// as `openssl crl2pkcs7 -nocrl` writes it.
type signedData struct {
	Version      int
	Digests      []asn1.RawValue `asn1:"set"`
	Content      struct{ Type asn1.ObjectIdentifier }
	Certificates asn1.RawValue   `asn1:"optional"`
	Signers      []asn1.RawValue `asn1:"set"`
}

// PKCS7 makes a certs-only message (RFC 8551, section 3.2.2) in DER.
func PKCS7(certs ...*x509.Certificate) []byte {
	data := signedData{Version: 1}
	data.Content.Type = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	for _, c := range certs {
		data.Certificates.Bytes = append(data.Certificates.Bytes, c.Raw...)
		data.Certificates.Class, data.Certificates.IsCompound = asn1.ClassContextSpecific, true
	}
	message, err := asn1.Marshal(struct {
		Type    asn1.ObjectIdentifier
		Content signedData `asn1:"explicit,tag:0"`
	}{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, data})
	must(err)
	return message
}
