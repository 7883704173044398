package trust

import (
	"context"
	"crypto/x509"
	"fmt"
	"time"
)

// CodeTrusted is the code of a verdict that is good.
const CodeTrusted = "trusted"

// Verdict is the answer to whether one client would connect.
type Verdict struct {
	OK bool `json:"ok"`
	// Finding explains it; its code is CodeTrusted when OK.
	Finding Finding `json:"finding"`
	// Warnings are findings that do not keep this client from connecting today.
	Warnings []Finding `json:"warnings,omitempty"`
}

// Verdicts are the answers for the runner itself and for git in its jobs.
type Verdicts struct {
	Target Target
	// Sent is the chain as the server sent it, leaf first; empty when there was no handshake.
	Sent   []*x509.Certificate
	Runner Verdict // system pool and file
	Git    Verdict // file only; the system pool when there is no file

	judge func(now time.Time) (runner, git Verdict) // nil when there is nothing to judge
}

// At judges what the server sent as of another time, for instance whether it will still do in a
// month. Without a handshake there is nothing to judge, and the verdicts stay.
func (v Verdicts) At(now time.Time) Verdicts {
	if v.judge != nil {
		v.Runner, v.Git = v.judge(now)
	}
	return v
}

// OK reports whether both would connect.
func (v Verdicts) OK() bool { return v.Runner.OK && v.Git.OK }

// Verify shakes hands with the target once and judges what it sends at now, under the runner's
// rule and under that of git in jobs. File may be nil. It fails only when the system's
// certificates cannot be read; a server that cannot be reached is a verdict too.
func Verify(ctx context.Context, target Target, file *Bundle, d Dialer, now time.Time) (Verdicts, error) {
	system, err := d.system()
	if err != nil {
		return Verdicts{}, err
	}
	seen, err := d.handshake(ctx, target)
	v := Verdicts{Target: target, Sent: seen.sent}
	switch {
	case err != nil:
		v.Runner.Finding = Explain(err, nil, now)
		v.Git = v.Runner
	case seen.needsClient:
		v.Runner.Finding = clientCertificate()
		v.Git = v.Runner
	default:
		v.judge = func(now time.Time) (runner, git Verdict) {
			return judgement{host: target.Host, sent: seen.sent, file: file, now: now}.both(system)
		}
		v = v.At(now)
	}
	v.Runner.Finding = v.Runner.Finding.forHost(target.argument())
	v.Git.Finding = v.Git.Finding.forHost(target.argument())
	return v, nil
}

// judgement is one chain to be judged for one host.
type judgement struct {
	host string
	sent []*x509.Certificate
	file *Bundle
	now  time.Time
}

// both judges for the runner and for git; without a file, git has the system's certificates too.
func (j judgement) both(system *x509.CertPool) (runner, git Verdict) {
	if j.file == nil {
		runner = j.runner(RunnerPool(system, nil))
		return runner, runner
	}
	content := j.file.PEM()
	return j.runner(RunnerPool(system, content)), j.git(JobPool(content))
}

// runner judges as crypto/tls does in a client (Go 1.26, handshake_client.go,
// verifyServerCertificate).
func (j judgement) runner(pool *x509.CertPool) Verdict {
	return j.verdict(j.sent[0], x509.VerifyOptions{Roots: pool, DNSName: j.host})
}

func (j judgement) verdict(leaf *x509.Certificate, options x509.VerifyOptions) Verdict {
	options.CurrentTime = j.now
	options.Intermediates = x509.NewCertPool()
	for _, c := range j.sent[1:] {
		options.Intermediates.AddCert(c)
	}
	chains, err := leaf.Verify(options)
	if err != nil {
		return Verdict{Finding: Explain(err, j.sent, j.now)}
	}
	anchor := chains[0][len(chains[0])-1]
	where := "the system"
	if j.file != nil && contains(j.file.certificates, anchor) {
		where = j.file.origin
	}
	return Verdict{OK: true, Finding: Finding{
		Code:    CodeTrusted,
		Message: fmt.Sprintf("trusted through %s in %s", nameOf(anchor), where),
	}}
}
