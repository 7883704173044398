package trust

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
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

// oidPKCS7 begins the object identifiers of PKCS#7 contents, 1.2.840.113549.1.7 (RFC 2315, section 14).
var oidPKCS7 = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07}

// certificatesFromDER reads exactly one certificate or one PKCS#7 bundle. What is neither is
// named in the fault, so that a person sees which file was mistaken for the certificate.
func certificatesFromDER(der []byte) ([]*x509.Certificate, *fault) {
	value, size, err := readBER(der)
	if errors.Is(err, errBERShort) {
		return nil, &fault{message: "the certificate is cut off: its end is missing", hint: "copy it again; " + hintFetch, err: err}
	}
	if err != nil {
		return nil, &fault{message: "not a certificate", hint: hintFetch, err: err}
	}
	kind := kindOf(value)
	if size < len(der) && !kind.secret {
		return nil, trailing(der, size)
	}
	switch {
	case kind.name == pkcs7Bundle:
		return certificatesFromPKCS7(der, value)
	case kind.name != "":
		return nil, &fault{message: "this is " + kind.name + ", not a certificate", hint: kind.hint}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, notCertificate(der, err)
	}
	return []*x509.Certificate{cert}, nil
}

func trailing(der []byte, size int) *fault {
	f := &fault{
		message: fmt.Sprintf("trailing bytes after the certificate: %d", len(der)-size),
		hint:    "give the file as it was exported; " + hintFetch,
	}
	if next, _, err := readBER(der[size:]); err == nil && next.tag == tagSequence {
		f.message += "; DER holds one certificate, several need PEM or PKCS#7"
		f.hint = "turn each into PEM and join them: openssl x509 -inform DER -in FILE >> NEW.crt"
		if kind := kindOf(next); kind.secret {
			f.message, f.hint = "a private key follows the certificate: it is "+kind.name, hintKey
		}
	}
	return f
}

func notCertificate(der []byte, err error) *fault {
	if _, e := x509.ParseCertificateRequest(der); e == nil {
		return &fault{message: "this is a certificate request, not a certificate", hint: hintRequest}
	}
	if _, e := x509.ParseRevocationList(der); e == nil {
		return &fault{message: "this is a revocation list (CRL), not a certificate", hint: hintFetch}
	}
	return &fault{message: "not a certificate that the runner can read", hint: hintFetch, err: err}
}

const (
	pkcs7Bundle = "a PKCS#7 bundle"

	hintFetch   = "get the chain from the server: helm runnertrust fetch HOST --save FILE"
	hintKey     = "a trust file needs no key: give only the certificates, and consider the key exposed if the file was shared"
	hintRequest = "give the certificate that the CA made from it; " + hintFetch
)

// kindDER names a structure that is not a certificate; an empty name means that it may be one.
type kindDER struct {
	name   string
	hint   string
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
		return kindDER{name: "a private key (PKCS#8)", hint: hintKey, secret: true}
	case begins(tagInteger, tagOctetString): // RFC 5915, section 3
		return kindDER{name: "a private key (EC)", hint: hintKey, secret: true}
	case len(tags) >= 6 && !slices.ContainsFunc(tags[:6], func(t byte) bool { return t != tagInteger }): // RFC 8017, appendix A.1.2
		return kindDER{name: "a private key (RSA or DSA)", hint: hintKey, secret: true}
	case begins(tagSequence, tagOctetString) && len(tags) == 2: // RFC 5208, section 6
		return kindDER{name: "an encrypted private key (PKCS#8)", hint: hintKey, secret: true}
	case begins(tagInteger, tagSequence) && holdsPKCS7(parts[1]): // RFC 7292, section 4
		return kindDER{
			name:   "a PKCS#12 file, which holds a private key",
			hint:   "take the certificates out: openssl pkcs12 -in FILE -nokeys -out NEW.crt",
			secret: true,
		}
	}
	return kindDER{}
}

func holdsPKCS7(value valueBER) bool {
	parts := value.parts()
	return len(parts) > 0 && parts[0].tag == tagOID && bytes.HasPrefix(parts[0].content, oidPKCS7)
}
