package trusttest

import (
	"crypto"
	"crypto/x509"
)

// NewKey makes a key of this type.
func NewKey(t KeyType) crypto.Signer { return newKey(t) }

// Certify makes exactly the certificate that template describes, for certificates that
// [Template] has no words for. A nil issuer has it sign itself.
func Certify(template *x509.Certificate, key crypto.Signer, issuer *Identity) *Identity {
	if issuer == nil {
		issuer = &Identity{Certificate: template, Key: key}
	}
	return &Identity{Certificate: create(template, issuer.Certificate, key, issuer.Key), Key: key}
}
