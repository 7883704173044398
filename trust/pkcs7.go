package trust

import (
	"bytes"
	"crypto/x509"
)

// oidSignedData is 1.2.840.113549.1.7.2 (RFC 2315, section 14).
var oidSignedData = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}

// certificatesFromPKCS7 reads a "certs-only" message (RFC 5652, section 5; RFC 8551, section
// 3.2.2): SignedData without content and without signatures. Revocation lists in it are dropped.
// The message may be BER, with lengths that are not told in front; the certificates in it are DER,
// as what is signed has to be (RFC 5280, section 4.1).
func certificatesFromPKCS7(message valueBER) ([]*x509.Certificate, *fault) {
	parts := message.parts()
	if !bytes.Equal(parts[0].content, oidSignedData) {
		return nil, &fault{code: CodeNotOne, message: "this is an encrypted PKCS#7 message, not a certificate bundle"}
	}
	values, ok := certsOnly(parts)
	if !ok {
		return nil, &fault{code: CodeNotCertsOnly, message: "this PKCS#7 file is not a plain certificate bundle"}
	}
	if len(values) == 0 {
		return nil, &fault{code: CodeEmpty, message: "this PKCS#7 bundle holds no certificate"}
	}
	certs := make([]*x509.Certificate, 0, len(values))
	for _, value := range values {
		cert, err := x509.ParseCertificate(value.bytes)
		if f := sm2Fault(value.bytes); err != nil && f != nil {
			return nil, f
		}
		if err != nil {
			return nil, &fault{code: CodeNotOne, message: "this PKCS#7 bundle holds something that is not a certificate", err: err}
		}
		certs = append(certs, cert)
	}
	return certs, nil
}

// certsOnly checks ContentInfo{OID, [0]{SignedData{version, digests, {type without content}, [0]
// certificates, [1] revocation lists, signers}}} and returns the certificates.
func certsOnly(contentInfo []valueBER) (certificates []valueBER, ok bool) {
	if len(contentInfo) != 2 || len(contentInfo[1].parts()) != 1 {
		return nil, false
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
		return nil, false
	}
	set, _ := take(tagContext0)
	_, _ = take(tagContext1)
	signers, ok := take(tagSet)
	return set.parts(), ok && len(rest) == 0 && len(signers.content) == 0
}
