// Package probe asks a TLS server for its certificates, without trusting it: it dials, through a
// proxy if need be, completes the chain upwards, explains what it found ([Fetch]), and whether a
// runner would connect with a given file ([Verify]). What it makes of certificates are the rules of
// package trust.
//
// The package prints nothing, reads neither arguments nor environment, and takes the time as a
// parameter. What a server makes impossible is an [*trust.Error] with a code.
package probe

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/gitclient"
)

// Fetched is what a server showed, and what belongs in the trust file because of it.
type Fetched struct {
	Target Target
	Sent   []*x509.Certificate // as the server sent them, leaf first; never empty
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

// Connect returns that of the Dialer.
func (f *Fetched) Connect() string { return f.dialer.Connect }

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
	f.Added = slices.DeleteFunc(f.Chain.Certificates(), func(cert *x509.Certificate) bool { return slices.ContainsFunc(seen.sent, cert.Equal) })
	findings := f.diagnose()
	if f.File.Certificates()[0].Equal(seen.sent[0]) {
		findings = append(findings, trust.Found(CodeStale, "the file works through the server's own certificate, and only until that is renewed"))
	}
	git := gitclient.Judge(target.Host, seen.sent, f.File, now)
	isKnown := slices.ContainsFunc(findings, func(other trust.Finding) bool { return other.Code == git.Finding.Code })
	if f.Fault == nil && !git.OK() && !isKnown {
		findings = append(findings, git.Finding)
	}
	if seen.needsClient {
		findings = append(findings, clientCertificate())
	}
	if f.Fault != nil {
		f.Fault = cmp.Or(trust.IngressDefault(f.Sent[0]), f.Fault)
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

// chooseFile chooses what belongs in the trust file. The CAs of the chain outlive the server's own
// certificate, so that is left out where clients connect without it: it is needed where no CA is
// known, and where they accept it but not what its CA has signed (SHA-1).
func (f *Fetched) chooseFile() {
	f.File = cmp.Or(f.Chain.Authorities(), f.Chain)
	f.Fault = f.judge(f.File)
	if f.Fault != nil && f.judge(f.Chain) == nil {
		f.File, f.Fault = f.Chain, nil
	}
}

// judge says why the runner would not connect with this file, or why the file is refused;
// nil when it is of use.
func (f *Fetched) judge(file *trust.Bundle) *trust.Finding {
	runner := trust.JudgeRunner(f.Target.Host, f.Sent, file, f.system, f.now)
	if !runner.OK() {
		return &runner.Finding
	}
	return file.Unusable(f.Target.Host, f.now)
}

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
		if c.Equal(leaf) || leaf.VerifyHostname(f.Target.Host) == nil && chainTo(trust.Pool(c), leaf, chain, f.now) != nil {
			return nil
		}
		message = "the certificate with this fingerprint does not vouch for the server"
	}
	return &trust.Error{Origin: f.Target.Address(), Code: CodeFingerprint, Host: f.Target.String(), Message: message}
}
