package trust

import (
	"bytes"
	"crypto/x509"
	"fmt"
)

// sm2Key is how the algorithm of a key on the SM2 curve is written: id-ecPublicKey (RFC 5480, section
// 2.1.1) with the curve 1.2.156.10197.1.301 (GM/T 0006). Go parses no certificate with it.
var sm2Key = []byte{
	0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d,
}

// sm2Signature is SM2 with SM3, 1.2.156.10197.1.501.
var sm2Signature = []byte{0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75}

// sm2Fault is about a certificate that Go cannot parse because of its key; nil for others.
func sm2Fault(der []byte) *fault {
	if !bytes.Contains(der, sm2Key) {
		return nil
	}
	return &fault{code: CodeSM2, message: "a certificate with a key on the SM2 curve, which neither gitlab-runner nor git can use"}
}

// sm2Signed explains a certificate whose key is a usual one, and whose CA's key is on the SM2 curve; ok
// is false for any other certificate.
func sm2Signed(c *x509.Certificate) (f Finding, ok bool) {
	return Finding{
		Code:    CodeSM2,
		Message: fmt.Sprintf("certificate %s is signed with SM2, which neither gitlab-runner nor git can check", NameOf(c)),
	}, c.SignatureAlgorithm == x509.UnknownSignatureAlgorithm && bytes.Contains(c.RawTBSCertificate, sm2Signature)
}
