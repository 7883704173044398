package trust

import (
	"bytes"
	"crypto/x509"

	"github.com/smallstep/pkcs7"
)

// oidSignedData is 1.2.840.113549.1.7.2 (RFC 2315, section 14).
var oidSignedData = append(bytes.Clone(oidPKCS7), 0x02)

// certificatesFromPKCS7 reads a "certs-only" message (RFC 5652, section 5; RFC 8551, section
// 3.2.2): SignedData without content and without signatures. Revocation lists in it are
// dropped. The reader is lenient about what it cannot decode, therefore the shape is checked
// here first, and the certificates are counted afterwards.
func certificatesFromPKCS7(der []byte, message valueBER) ([]*x509.Certificate, *fault) {
	parts := message.parts()
	if !bytes.Equal(parts[0].content, oidSignedData) {
		return nil, &fault{code: CodeNotOne, message: "this is an encrypted PKCS#7 message, not a certificate bundle"}
	}
	count, ok := countCertsOnly(parts)
	if !ok {
		return nil, &fault{code: CodeNotCertsOnly, message: "this PKCS#7 file is not a plain certificate bundle"}
	}
	if count == 0 {
		return nil, &fault{code: CodeEmpty, message: "this PKCS#7 bundle holds no certificate"}
	}
	bundle, err := pkcs7.Parse(der)
	if err != nil {
		return nil, &fault{code: CodeNotOne, message: "this PKCS#7 bundle holds something that is not a certificate", err: err}
	}
	if len(bundle.Certificates) != count {
		return nil, &fault{code: CodeNotOne, message: "this PKCS#7 bundle holds something that is not a certificate"}
	}
	return bundle.Certificates, nil
}

// countCertsOnly checks ContentInfo{OID, [0]{SignedData{version, digests, {type without
// content}, [0] certificates, [1] revocation lists, signers}}} and counts the certificates.
func countCertsOnly(contentInfo []valueBER) (count int, ok bool) {
	if len(contentInfo) != 2 || len(contentInfo[1].parts()) != 1 {
		return 0, false
	}
	rest := contentInfo[1].parts()[0].parts()
	take := func(tag byte) (valueBER, bool) {
		if len(rest) == 0 || rest[0].tag != tag {
			return valueBER{}, false
		}
		value := rest[0]
		rest = rest[1:]
		return value, true
	}
	_, version := take(tagInteger)
	_, digests := take(tagSet)
	content, typed := take(tagSequence)
	if !version || !digests || !typed || len(content.parts()) != 1 {
		return 0, false
	}
	certificates, _ := take(tagContext0)
	_, _ = take(tagContext1)
	signers, ok := take(tagSet)
	return len(certificates.parts()), ok && len(rest) == 0 && len(signers.content) == 0
}
