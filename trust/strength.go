package trust

import (
	"crypto/x509"
	"fmt"
)

const minRSABits = 2048

func (b *Bundle) checkStrength() []Finding {
	var found []Finding
	for _, c := range b.certificates {
		if f, ok := sm2Signed(c); ok {
			found = append(found, f)
		}
		if outdatedSignature(c) && !SelfSigned(c) {
			found = append(found, weakSignature(c))
		}
		if bits := rsaBits(c); 0 < bits && bits < minRSABits {
			found = append(found, Finding{
				Code:    CodeWeakKey,
				Message: fmt.Sprintf("certificate %s has an RSA key of %d bits, less than %d", NameOf(c), bits, minRSABits),
			})
		}
	}
	return found
}

func weakSignature(c *x509.Certificate) Finding {
	return Finding{
		Code:    CodeWeakSignature,
		Message: fmt.Sprintf("certificate %s is signed with %s, which Go no longer accepts", NameOf(c), c.SignatureAlgorithm),
	}
}

// outdatedSignature reports algorithms that crypto/x509 refuses (Go 1.26, x509.go, checkSignature).
func outdatedSignature(c *x509.Certificate) bool {
	switch c.SignatureAlgorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}
