package trust

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
)

// maxRSABits is the longest RSA key that is used (OPENSSL_RSA_MAX_MODULUS_BITS in OpenSSL 3.0):
// with one of a million bits, checking a single signature takes minutes.
const maxRSABits = 16384

// CheckKeys refuses certificates with an RSA key of more than 16,384 bits: the [*Error] names the
// first. It checks no signature, and has to come before whatever does.
func CheckKeys(origin string, certs []*x509.Certificate) error {
	for _, c := range certs {
		if bits := rsaBits(c); bits > maxRSABits {
			return &Error{
				Origin:  origin,
				Code:    CodeHugeKey,
				Message: fmt.Sprintf("certificate %s has an RSA key of %d bits, more than %d", NameOf(c), bits, maxRSABits),
			}
		}
	}
	return nil
}

// rsaBits is the length of an RSA key, 0 for a key of another kind.
func rsaBits(c *x509.Certificate) int {
	if key, ok := c.PublicKey.(*rsa.PublicKey); ok {
		return key.N.BitLen()
	}
	return 0
}
