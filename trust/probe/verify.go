package probe

import (
	"context"
	"crypto/x509"
	"slices"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/gitclient"
)

// Verdicts are the answers for the runner itself and for git in its jobs.
type Verdicts struct {
	Target Target
	Sent   []*x509.Certificate // as the server sent it, leaf first; empty when there was no handshake
	Runner trust.Verdict       // system pool and file
	Git    trust.Verdict       // file only; the system pool when there is no file
	// Dialed is the address that was connected to, or that did not answer: "192.0.2.1:443". It is
	// empty behind a proxy, and where the name led to no address.
	Dialed string

	dialer Dialer
	file   *trust.Bundle
	fault  *trust.Finding // why there is nothing to judge; else nil
}

// By tells how it will be at a time to come. A server gets new certificates in the meantime, so
// that a file decides, by the rule of [trust.Bundle.NotAfter]; that the server's own will have
// ended is a warning. Without a file, what the server sends now is judged as of then. Without a
// handshake there is nothing to judge, and the verdicts stay.
func (v Verdicts) By(end time.Time) Verdicts {
	switch {
	case v.fault != nil:
		return v
	case v.file == nil:
		return v.With(nil, end)
	}
	if reason := v.file.Unusable(v.Target.Host, end); reason != nil {
		v.Runner, v.Git = trust.Failed(*reason), trust.Failed(*reason)
	} else if leaf := v.Sent[0]; end.After(leaf.NotAfter) {
		renew := trust.Found(trust.CodeExpiresSoon, "the server's own certificate %s expires on %s",
			trust.NameOf(leaf), trust.Moment(leaf.NotAfter))
		v.Runner.Warnings = append(slices.Clone(v.Runner.Warnings), renew)
	}
	return v
}

// With returns the verdicts on what the server sent with another file, at now.
func (v Verdicts) With(file *trust.Bundle, now time.Time) Verdicts {
	v.file = file
	if v.fault != nil {
		v.Runner, v.Git = trust.Failed(*v.fault), trust.Failed(*v.fault)
	} else {
		v.Runner, v.Git = v.dialer.judge(v.Target.Host, v.Sent, v.file, now)
	}
	return v
}

// Connect returns that of the Dialer.
func (v Verdicts) Connect() string { return v.dialer.Connect }

// Status is that of both together.
func (v Verdicts) Status() trust.Status { return v.Runner.Status.Worse(v.Git.Status) }

// Verify shakes hands with the target once and judges what it sends at now, under the runner's rule
// and under that of git in jobs. File may be nil. A server that cannot be reached is a verdict too.
func Verify(ctx context.Context, target Target, file *trust.Bundle, d Dialer, now time.Time) Verdicts {
	seen, err := d.handshake(ctx, target)
	v := Verdicts{Target: target, Sent: seen.sent, Dialed: seen.dialed, dialer: d}
	switch {
	case err != nil:
		v.fault = new(Explain(err))
	case seen.needsClient:
		v.fault = new(clientCertificate())
	}
	return v.With(file, now)
}

// judge returns whether the runner and git in its jobs connect; without a file, git has the system's
// certificates, as the runner has. It adds the reasons that no rule of a client gives: that the
// certificate is an ingress controller's, and that this machine trusts what runners do not.
func (d Dialer) judge(host string, sent []*x509.Certificate, file *trust.Bundle, now time.Time) (runner, git trust.Verdict) {
	runner = trust.JudgeRunner(host, sent, file, d.system(), now)
	git = runner
	if file != nil {
		git = gitclient.Judge(host, sent, file, now)
	}
	if reason := trust.IngressDefault(sent[0]); reason != nil && !runner.OK() {
		return trust.Failed(*reason), trust.Failed(*reason)
	}
	if file != nil && !runner.OK() {
		// A pool has one rule for each CA, but Mozilla's limits do not hold for a CA that is in the file too.
		if alone := trust.JudgeRunner(host, sent, file, nil, now); alone.OK() {
			return alone, git
		}
	}
	if runner.OK() || runner.Finding.Code != trust.CodeUnknownAuthority {
		return runner, git
	}
	if chain := chainTo(d.machine(), sent[0], sent, now); chain != nil {
		runner.Finding = trustedHere(chain[len(chain)-1])
		if file == nil {
			git = runner
		}
	}
	return runner, git
}

// Handed returns the chains by which a runner without a file trusts the server. It hands them to its jobs instead of
// one (buildCAChain in network/client.go of gitlab-runner). It is nil where the runner has a file, or does not connect.
func (v Verdicts) Handed(now time.Time) *trust.Bundle {
	if v.file != nil || !v.Runner.OK() {
		return nil
	}
	chains, _ := v.Sent[0].Verify(x509.VerifyOptions{Roots: v.dialer.system(), Intermediates: trust.Pool(v.Sent...), DNSName: v.Target.Host, CurrentTime: now})
	handed, _ := trust.NewBundle("the chain of the runner's connection to "+v.Target.String(), slices.Concat(chains...)) // nil without any
	return handed
}
