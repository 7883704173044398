package trust

import (
	"crypto/x509"
	"fmt"
	"slices"
	"time"
)

// A Status is what can be said of whether a client connects.
type Status string

// The statuses.
const (
	StatusOK      Status = "ok"      // it does
	StatusFailed  Status = "failed"  // it does not
	StatusUnknown Status = "unknown" // that depends on what is not known here
)

// Worse returns the status of two clients together, of which both have to connect.
func (s Status) Worse(other Status) Status {
	for _, bad := range []Status{StatusFailed, StatusUnknown} {
		if s == bad || other == bad {
			return bad
		}
	}
	return StatusOK
}

// Verdict is the answer to whether one client would connect.
type Verdict struct {
	Status Status
	// Finding explains it; its code is CodeTrusted when the status is StatusOK.
	Finding Finding
	// Warnings are findings that do not keep this client from connecting today.
	Warnings []Finding
}

// OK reports whether the client would connect for sure.
func (v Verdict) OK() bool { return v.Status == StatusOK }

// Failed is the verdict on a client that would not connect, for this reason.
func Failed(reason Finding) Verdict { return Verdict{Status: StatusFailed, Finding: reason} }

// Judge tells whether the runner itself and git in its jobs would connect to host with this file,
// when the server sends these certificates, leaf first. File may be nil: the runner then trusts the
// system only, and git like the runner. The hosts of the findings are left to the caller, who knows
// the port.
func Judge(host string, sent []*x509.Certificate, file *Bundle, system *x509.CertPool, now time.Time) (runner, git Verdict) {
	return judgement{host: host, sent: sent, file: file, now: now}.both(system)
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
	return j.runner(RunnerPool(system, content)), j.git()
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
		return Failed(Explain(err, j.sent, j.now))
	}
	anchor := chains[0][len(chains[0])-1]
	where := "the system"
	if j.file != nil && contains(j.file.certificates, anchor) {
		where = j.file.origin
	}
	return Verdict{Status: StatusOK, Finding: Finding{
		Code:    CodeTrusted,
		Message: fmt.Sprintf("trusted through %s in %s", NameOf(anchor), where),
	}}
}

func contains(certs []*x509.Certificate, c *x509.Certificate) bool {
	return slices.ContainsFunc(certs, c.Equal)
}
