package trust

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
)

const (
	tagInteger     = 0x02
	tagOctetString = 0x04
	tagOID         = 0x06
	tagSequence    = 0x30
	tagSet         = 0x31
	tagContext0    = 0xa0
	tagContext1    = 0xa1
)

// oidPKCS7 begins the object identifiers of PKCS#7 contents, 1.2.840.113549.1.7 (RFC 2315, section
// 14).
var oidPKCS7 = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07}

// certificatesFromDER reads exactly one certificate or one PKCS#7 bundle. What is neither is named
// in the fault, so that a person sees which file was mistaken for the certificate.
func certificatesFromDER(der []byte) ([]*x509.Certificate, *fault) {
	value, size, err := readBER(der)
	if errors.Is(err, errBERShort) {
		return nil, &fault{code: CodeDERTruncated, message: "the certificate is cut off: its end is missing", err: err}
	}
	if err != nil {
		return nil, &fault{code: CodeNotOne, message: "not a certificate", err: err}
	}
	kind := kindOf(value)
	if size < len(der) && !kind.secret {
		return nil, trailing(der, size)
	}
	switch {
	case kind.name == pkcs7Bundle:
		return certificatesFromPKCS7(value)
	case kind.name != "":
		return nil, &fault{code: kind.code, message: "this is " + kind.name + ", not a certificate"}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, notCertificate(der, err)
	}
	return []*x509.Certificate{cert}, nil
}

func trailing(der []byte, size int) *fault {
	f := &fault{code: CodeTrailing, message: fmt.Sprintf("trailing bytes after the certificate: %d", len(der)-size)}
	if next, _, err := readBER(der[size:]); err == nil && next.tag == tagSequence {
		f.code, f.message = CodeSeveralDER, f.message+"; DER holds one certificate, several need PEM or PKCS#7"
		if kind := kindOf(next); kind.secret {
			f.code, f.message = CodePrivateKey, "a private key follows the certificate: it is "+kind.name
		}
	}
	return f
}

func notCertificate(der []byte, err error) *fault {
	if f := sm2Fault(der); f != nil {
		return f
	}
	if _, e := x509.ParseCertificateRequest(der); e == nil {
		return &fault{code: CodeRequest, message: "this is a certificate request, not a certificate"}
	}
	if _, e := x509.ParseRevocationList(der); e == nil {
		return &fault{code: CodeNotOne, message: "this is a revocation list (CRL), not a certificate"}
	}
	return &fault{code: CodeNotOne, message: "not a certificate that the runner can read", err: err}
}

const pkcs7Bundle = "a PKCS#7 bundle"

// kindDER names a structure that is not a certificate; an empty name means that it may be one.
type kindDER struct {
	name   string
	code   Code
	secret bool
}

// kindOf tells structures apart by their first parts, without decoding what may be a key.
func kindOf(value valueBER) kindDER {
	parts := value.parts()
	tags := make([]byte, 0, len(parts))
	for _, p := range parts {
		tags = append(tags, p.tag)
	}
	begins := func(want ...byte) bool { return len(tags) >= len(want) && bytes.Equal(tags[:len(want)], want) }
	switch {
	case begins(tagOID, tagContext0) && bytes.HasPrefix(parts[0].content, oidPKCS7):
		return kindDER{name: pkcs7Bundle}
	case begins(tagInteger, tagSequence, tagOctetString): // RFC 5208, section 5
		return kindDER{name: "a private key (PKCS#8)", code: CodePrivateKey, secret: true}
	case begins(tagInteger, tagOctetString): // RFC 5915, section 3
		return kindDER{name: "a private key (EC)", code: CodePrivateKey, secret: true}
	case begins(bytes.Repeat([]byte{tagInteger}, 6)...): // RFC 8017, appendix A.1.2
		return kindDER{name: "a private key (RSA or DSA)", code: CodePrivateKey, secret: true}
	case begins(tagSequence, tagOctetString) && len(tags) == 2: // RFC 5208, section 6
		return kindDER{name: "an encrypted private key (PKCS#8)", code: CodePrivateKey, secret: true}
	case begins(tagInteger, tagSequence) && holdsPKCS7(parts[1]): // RFC 7292, section 4
		return kindPKCS12(value.bytes)
	}
	return kindDER{}
}

func holdsPKCS7(value valueBER) bool {
	parts := value.parts()
	return len(parts) > 0 && parts[0].tag == tagOID && bytes.HasPrefix(parts[0].content, oidPKCS7)
}
