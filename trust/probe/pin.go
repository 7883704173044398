package probe

import (
	"crypto/x509"
	"fmt"

	"helm-runnertrust/trust"
)

// Pinned returns nil when a fingerprint in the form of [trust.ParseFingerprint] is the leaf's or
// that of a CA which the leaf verifiably descends from, for this very host; else an [*trust.Error]
// that says what is missing. A certificate that the server merely sends along proves nothing and
// does not count. Dates are left to the diagnosis.
func (f *Fetched) Pinned(fingerprint string) error {
	chain, leaf := f.Chain.Certificates(), f.Sent[0]
	message := fmt.Sprintf("no certificate of the chain has the fingerprint %s; the leaf has %s", fingerprint, trust.Fingerprint(leaf))
	for _, c := range chain {
		if trust.Fingerprint(c) != fingerprint {
			continue
		}
		pool := x509.NewCertPool()
		pool.AddCert(c)
		if c.Equal(leaf) || leaf.VerifyHostname(f.Target.Host) == nil && chainTo(pool, leaf, chain, f.now) != nil {
			return nil
		}
		message = "the certificate with this fingerprint does not vouch for the server"
	}
	return &trust.Error{Origin: f.Target.Address(), Code: CodeFingerprint, Host: f.Target.String(), Message: message}
}
