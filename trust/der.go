package trust

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
)

// pkcs7Type begins the type of a PKCS#7 content, 1.2.840.113549.1.7 and one number more (RFC 2315,
// section 14).
var pkcs7Type = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07}

// certificatesFromDER reads exactly one certificate or one PKCS#7 bundle. Structures that are often
// mistaken for one are named, without decoding what may be a key.
func certificatesFromDER(der []byte) ([]*x509.Certificate, *Error) {
	var value asn1.RawValue
	rest, err := asn1.Unmarshal(der, &value)
	switch {
	case bytes.HasPrefix(der, append([]byte{0x30, 0x80}, pkcs7Type...)):
		return nil, refusal(CodeNotCertsOnly, "this PKCS#7 file is in BER, not in DER")
	case err != nil:
		return nil, &Error{Code: CodeNotOne, Message: "not a certificate, or only a part of one", Err: err}
	case len(rest) > 0:
		return nil, refusal(CodeTrailing, "trailing bytes after the certificate: %d; DER holds one certificate, several need PEM or PKCS#7", len(rest))
	case bytes.HasPrefix(value.Bytes, pkcs7Type):
		return certificatesFromPKCS7(der)
	}
	if f := otherStructure(value); f != nil {
		return nil, f
	}
	cert, err := x509.ParseCertificate(der)
	if err == nil {
		return []*x509.Certificate{cert}, nil
	}
	if _, e := x509.ParseCertificateRequest(der); e == nil {
		return nil, refusal(CodeRequest, "this is a certificate request, not a certificate")
	}
	return nil, unreadable(der, err)
}

// unreadable is about a certificate that Go cannot parse, be it because of its key.
func unreadable(der []byte, err error) *Error {
	if bytes.Contains(der, sm2Key) {
		return refusal(CodeSM2, "a certificate with a key on the SM2 curve, which neither gitlab-runner nor git can use")
	}
	return &Error{Code: CodeNotOne, Message: "not a certificate that the runner can read", Err: err}
}

// otherStructure refuses private keys and PKCS#12 files, which it tells apart by how they begin; nil
// for what may be a certificate.
func otherStructure(value asn1.RawValue) *Error {
	begins := func(tags string) bool { return bytes.HasPrefix(value.Bytes, []byte(tags)) }
	rest, err := asn1.Unmarshal(value.Bytes, new(asn1.RawValue))
	encrypted := begins("\x30") && err == nil && bytes.HasPrefix(rest, []byte{asn1.TagOctetString}) // RFC 5208, section 6
	switch {
	case begins("\x02\x01\x03\x30"): // RFC 7292, section 4
		return refusal(CodePKCS12, "this is a PKCS#12 file, not a certificate")
	case encrypted, begins("\x02\x01\x00"), begins("\x02\x01\x01"): // the versions of PKCS#8, RSA, DSA and EC keys
		return refusal(CodePrivateKey, "this is a private key, not a certificate")
	}
	return nil
}

// contentInfo is a PKCS#7 message with signed data (RFC 5652, sections 3 and 5.1).
type contentInfo struct {
	Type asn1.ObjectIdentifier
	Data struct {
		Version int
		Digests asn1.RawValue
		Content struct {
			Type  asn1.ObjectIdentifier
			Value asn1.RawValue `asn1:"optional"`
		}
		Certificates    asn1.RawValue `asn1:"optional,tag:0"`
		RevocationLists asn1.RawValue `asn1:"optional,tag:1"`
		Signers         asn1.RawValue
	} `asn1:"explicit,tag:0"`
}

// certificatesFromPKCS7 reads a "certs-only" message in DER (RFC 8551, section 3.2.2): signed data
// without content and without signatures. Revocation lists in it are dropped.
func certificatesFromPKCS7(der []byte) ([]*x509.Certificate, *Error) {
	var message contentInfo
	_, err := asn1.Unmarshal(der, &message)
	data := message.Data
	if err != nil || len(data.Content.Value.FullBytes)+len(data.Signers.Bytes) > 0 {
		return nil, refusal(CodeNotCertsOnly, "this PKCS#7 file is not a plain certificate bundle")
	}
	certs, err := x509.ParseCertificates(data.Certificates.Bytes)
	switch {
	case err != nil:
		return nil, unreadable(data.Certificates.Bytes, err)
	case len(certs) == 0:
		return nil, refusal(CodeEmpty, "this PKCS#7 bundle holds no certificate")
	}
	return certs, nil
}
