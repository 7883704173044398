package trusttest

import (
	"crypto/x509"

	"github.com/smallstep/pkcs7"
)

// PKCS7 makes a certs-only message (RFC 8551, section 3.2.2) in DER.
func PKCS7(certs ...*x509.Certificate) []byte {
	var der []byte
	for _, c := range certs {
		der = append(der, c.Raw...)
	}
	message, err := pkcs7.DegenerateCertificate(der)
	must(err)
	return message
}
