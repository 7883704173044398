package probe

import (
	"crypto/x509"
	"fmt"
	"slices"

	"helm-runnertrust/trust"
)

// Pinned returns nil when a fingerprint in the form of [trust.ParseFingerprint] is the leaf's or
// that of a CA which the leaf verifiably descends from, for this very host; else an [*trust.Error]
// that says what is missing. A certificate that the server merely sends along proves nothing and
// does not count. Dates are left to the diagnosis.
func (f *Fetched) Pinned(fingerprint string) error {
	chain := f.Chain.Certificates()
	leaf := f.Sent[0]
	if trust.Fingerprint(leaf) == fingerprint {
		return nil
	}
	at := slices.IndexFunc(chain, func(c *x509.Certificate) bool { return trust.Fingerprint(c) == fingerprint })
	refusal := &trust.Error{
		Origin:  f.Target.Address(),
		Code:    CodeFingerprint,
		Message: fmt.Sprintf("no certificate of the chain has the fingerprint %s; the leaf has %s", fingerprint, trust.Fingerprint(leaf)),
		Host:    f.Target.String(),
	}
	if at < 0 {
		return refusal
	}
	pool, between := x509.NewCertPool(), x509.NewCertPool()
	pool.AddCert(chain[at])
	for _, c := range chain {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: pool, Intermediates: between, DNSName: f.Target.Host, CurrentTime: whileValid(leaf, f.now),
	})
	if err != nil {
		refusal.Message = "the certificate with this fingerprint does not vouch for the server"
		refusal.Err = err
		return refusal
	}
	return nil
}
