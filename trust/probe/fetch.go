package probe

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"helm-runnertrust/trust"
)

// Fetched is what a server showed, and what belongs in the trust file because of it.
type Fetched struct {
	Target Target
	// Sent are the server's certificates as it sent them, leaf first; never empty.
	Sent []*x509.Certificate
	// Chain is the chain from the leaf to the root or as far as it is known. Certificates that the
	// server sent and that are not in its chain are left out.
	Chain *trust.Bundle
	// Added are those of the chain that the server did not send: issuers it should have sent, found
	// through AIA, and the root.
	Added []*x509.Certificate
	// File is what belongs in the trust file: the CAs of the chain. The server's own certificate is
	// in it only where clients need it, as where no CA is known.
	File *trust.Bundle
	// Fault says why the file is of no use: the runner would not connect with it, or it is refused as
	// certificates. It is nil when it works.
	Fault *trust.Finding
	// Diagnosis explains what was found; Also has what was found besides, most pressing first.
	Diagnosis trust.Finding
	Also      []trust.Finding

	completion // of the chain
}

// Fetch connects to the target without trusting it, completes the chain upwards and judges it at
// now. An [*trust.Error] with a code of [Explain] says why no chain came. A server that demands a
// client certificate still shows its own: that is among the findings.
func Fetch(ctx context.Context, target Target, d Dialer, now time.Time) (*Fetched, error) {
	seen, err := d.handshake(ctx, target)
	if err != nil {
		return nil, connectError(target, err)
	}
	server, _ := netip.ParseAddrPort(seen.dialed) // "" through a proxy
	f := &Fetched{Target: target, Sent: seen.sent, completion: completion{
		dialer: d, server: server.Addr().Unmap(), system: d.system(), machine: d.machine(), now: now,
	}}
	if f.Chain, err = trust.NewBundle(target.Address(), f.complete(ctx, seen.sent)); err != nil {
		return nil, err
	}
	f.chooseFile()
	for _, cert := range f.Chain.Certificates() {
		if !slices.ContainsFunc(seen.sent, cert.Equal) {
			f.Added = append(f.Added, cert)
		}
	}
	findings := append(f.diagnose(), f.stale()...)
	findings = append(findings, f.stricter(findings)...)
	if seen.needsClient {
		findings = append(findings, clientCertificate())
	}
	target.name(findings)
	if f.Fault != nil {
		f.Fault = cmp.Or(trust.IngressDefault(f.Sent[0]), f.Fault)
		f.Fault.Host = target.String()
	}
	f.Diagnosis, f.Also = findings[0], findings[1:]
	return f, nil
}

// connectError explains why there was no handshake.
func connectError(target Target, err error) *trust.Error {
	if refusal, ok := errors.AsType[*trust.Error](err); ok {
		return refusal
	}
	f := Explain(err)
	message := strings.TrimSuffix(f.Message, ": "+err.Error()) // which Err adds
	return &trust.Error{Origin: target.Address(), Code: f.Code, Host: target.String(), Message: message, Err: err}
}
