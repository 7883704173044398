package cli

import (
	"context"
	"crypto/x509"
	"net"
	"net/url"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/render/audit"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
	"helm-runnertrust/trust/store"
)

// connect adds the handshake of a runner whose file is known, or that has none; its verdict then
// counts too, and is what hints are about. What keeps it from being made is the runner's finding.
func connect(ctx context.Context, p Process, r *audit.Runner, about advice.Context, flags verifyFlags) (*onlineResult, advice.Context) {
	if r.Host == "" || r.Plain || r.Bundle == nil && r.Way != pod.WayNone && r.ServedBy == "" {
		return nil, about
	}
	now, err := shakeHands(ctx, p, r, flags)
	if err != nil {
		if r.Status != trust.StatusFailed {
			r.Status, r.Finding = trust.StatusUnknown, probe.Explain(err)
		}
		return nil, about
	}
	later, end := flags.later(now, p.Now)
	qualify(&now, r.Store)
	qualify(&later, r.Store)
	if r.Proxied && now.Dialed != "" {
		r.Warnings = append(r.Warnings, trust.Finding{Code: audit.CodeProxied,
			Message: "the runner connects through the proxy of its HTTPS_PROXY, and this check did not: it may be sent another certificate"})
	}
	handshake := ofHandshake(now, about.Command)
	online := &onlineResult{Dialed: now.Dialed, Runner: newVerdict(handshake, now.Runner), Git: newVerdict(handshake, now.Git)}
	r.Warnings = append(r.Warnings, later.Runner.Warnings...)
	switch {
	case now.Status() == trust.StatusFailed:
		r.Status, r.Finding = trust.StatusFailed, reasonOf(now)
	case later.Status() == trust.StatusFailed:
		r.Status, r.Finding = trust.StatusFailed, endsEarly(later, end)
	case r.Status == trust.StatusFailed:
		return online, about
	case r.Finding.Code == pod.CodeNeverStarts: // no handshake tells
		return online, about
	case now.Status() == trust.StatusUnknown:
		r.Status, r.Finding = trust.StatusUnknown, reasonOf(now)
	case later.Status() == trust.StatusUnknown:
		r.Status, r.Finding = trust.StatusUnknown, reasonOf(later)
	case r.Status == trust.StatusUnknown:
		r.Status, r.Finding = trust.StatusOK, now.Runner.Finding
	default:
		return online, about
	}
	return online, handshake
}

// qualify makes a failed verdict unknown where the server's CA may be in the runner's store, which the
// manifests do not show.
func qualify(v *probe.Verdicts, s audit.Store) {
	if s.Unsure == "" {
		return
	}
	for _, verdict := range []*trust.Verdict{&v.Runner, &v.Git} {
		code := verdict.Finding.Code
		if verdict.Status != trust.StatusFailed || code != trust.CodeUnknownAuthority && code != probe.CodeTrustedHere {
			continue
		}
		if verdict == &v.Git && v.HasFile() {
			continue // git has the file alone
		}
		verdict.Status = trust.StatusUnknown
		verdict.Finding.Code, verdict.Finding.Message = audit.CodeStoreUnknown, "the server's CA would have to be in the runner's own store: "+s.Unsure
	}
}

// systemOf returns the certificates that a store has for sure.
func systemOf(s audit.Store) *x509.CertPool {
	pool := x509.NewCertPool()
	if s.Mozilla {
		pool = store.Mozilla()
	}
	for _, cert := range s.Added {
		pool.AddCert(cert)
	}
	return pool
}

// shakeHands shakes hands with the server of a runner: at the address of --connect, else at those
// of the pod's hostAliases one after the other, else where its name leads to.
func shakeHands(ctx context.Context, p Process, r *audit.Runner, flags verifyFlags) (probe.Verdicts, error) {
	host := r.Host
	if u, err := url.Parse(r.URL); err == nil && u.Port() != "" {
		host = net.JoinHostPort(host, u.Port())
	}
	target, err := probe.ParseTarget(host)
	if err != nil {
		return probe.Verdicts{}, err
	}
	dialer, addresses := flags.connection.dialer(), r.Addresses
	dialer.System = systemOf(r.Store)
	if dialer.Connect != "" || len(addresses) == 0 {
		addresses = []string{dialer.Connect}
	}
	var verdicts probe.Verdicts
	for _, dialer.Connect = range addresses {
		if verdicts = probe.Verify(ctx, target, r.Bundle, dialer, p.Now); len(verdicts.Sent) > 0 {
			break
		}
	}
	if r.Bundle != nil || r.ServedBy == "" || len(verdicts.Sent) == 0 {
		return verdicts, nil
	}
	// The file is what the server sends: the Ingress serves the very Secret.
	if r.Bundle, err = trust.NewBundle(r.From+", as the server sends it", verdicts.Sent); err != nil {
		return verdicts, err
	}
	return probe.Verify(ctx, target, r.Bundle, dialer, p.Now), nil
}
