package trust

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"time"
)

// Fetched is what a server showed, and what belongs into the trust file because of it.
type Fetched struct {
	Target Target
	// Sent are the server's certificates as it sent them, leaf first; never empty.
	Sent []*x509.Certificate
	// Added are those of the bundle that the server did not send: issuers it should have sent,
	// found through AIA, and the root.
	Added []*x509.Certificate
	// Bundle is the chain from the leaf to the root or as far as it is known. Certificates that
	// the server sent and that are not in its chain are left out.
	Bundle *Bundle
	// Diagnosis says what is the case; Also what is the case besides, most pressing first.
	Diagnosis Finding
	Also      []Finding

	now time.Time
}

// Fetch connects to the target without trusting it, completes the chain upwards and judges it
// at now. An [*Error] with a code of [Explain] says why no chain came. A server that demands a
// client certificate still shows its own: that is among the findings.
func Fetch(ctx context.Context, target Target, d Dialer, now time.Time) (*Fetched, error) {
	system, err := d.system()
	if err != nil {
		return nil, err
	}
	seen, err := d.handshake(ctx, target)
	if err != nil {
		return nil, connectError(target, err, now)
	}
	c := &completion{dialer: d, system: system, now: now}
	chain := c.complete(ctx, seen.sent)
	bundle, err := NewBundle(target.Address(), chain)
	if err != nil {
		return nil, err
	}
	f := &Fetched{Target: target, Sent: seen.sent, Bundle: bundle, now: now}
	for _, cert := range bundle.certificates {
		if !contains(seen.sent, cert) {
			f.Added = append(f.Added, cert)
		}
	}
	findings := f.diagnose(c.public)
	if seen.needsClient {
		findings = append(findings, clientCertificate())
	}
	findings = allForHost(findings, target.argument())
	f.Diagnosis, f.Also = findings[0], findings[1:]
	return f, nil
}

// connectError explains why there was no handshake.
func connectError(target Target, err error, now time.Time) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	f := Explain(err, nil, now).forHost(target.argument())
	return &Error{Place: target.Address(), Code: f.Code, Message: f.Message, Hint: f.Hint, Err: err}
}

func contains(certs []*x509.Certificate, c *x509.Certificate) bool {
	return slices.ContainsFunc(certs, func(other *x509.Certificate) bool { return bytes.Equal(other.Raw, c.Raw) })
}
