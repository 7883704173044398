package trusttest

import (
	"bytes"
	"crypto/x509"
)

// OnSM2 is a certificate with a P-256 key as it would be with one on the SM2 curve: the object
// identifiers of both curves are of one length. Go does not parse it, and no signature in it holds.
func OnSM2(c *x509.Certificate) []byte {
	return replace(c.Raw, []byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}, []byte{0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d})
}

// SignedWithSM2 is a certificate signed with ECDSA and SHA-256 as if it were signed with SM2 and SM3.
func SignedWithSM2(c *x509.Certificate) *x509.Certificate {
	changed, err := x509.ParseCertificate(replace(c.Raw,
		[]byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02}, []byte{0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75}))
	must(err)
	return changed
}

func replace(der, old, new []byte) []byte {
	if !bytes.Contains(der, old) {
		panic("trusttest: not a certificate of this kind")
	}
	return bytes.ReplaceAll(der, old, new)
}
