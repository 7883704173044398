package trust

import (
	"crypto/x509"
	"errors"
	"slices"
	"strings"
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
	Status   Status
	Finding  Finding   // explains it; its code is CodeTrusted when the status is StatusOK
	Warnings []Finding // that do not keep this client from connecting today
}

// OK reports whether the client would connect for sure.
func (v Verdict) OK() bool { return v.Status == StatusOK }

// Failed is the verdict on a client that would not connect, for this reason.
func Failed(reason Finding) Verdict { return Verdict{Status: StatusFailed, Finding: reason} }

// JudgeRunner returns whether the runner itself would connect to host with this file, when the server
// sends these certificates, leaf first: as crypto/tls does in a client (Go 1.26,
// handshake_client.go, verifyServerCertificate). File may be nil: the runner then trusts the system
// only. The host of the finding is left to the caller, who knows the port.
func JudgeRunner(host string, sent []*x509.Certificate, file *Bundle, system *x509.CertPool, now time.Time) Verdict {
	var text []byte
	known := sent
	if file != nil {
		text, known = file.PEM(), slices.Concat(sent, file.certificates)
	}
	if many := ManyNames(known); many != nil {
		return Verdict{Status: StatusUnknown, Finding: *many}
	}
	chains, err := sent[0].Verify(x509.VerifyOptions{Roots: RunnerPool(system, text), Intermediates: Pool(sent[1:]...), DNSName: host, CurrentTime: now})
	if err != nil {
		return Failed(Explain(err, sent, now))
	}
	anchor := chains[0][len(chains[0])-1]
	where := "the system"
	if file != nil && slices.ContainsFunc(file.certificates, anchor.Equal) {
		where = file.origin
	}
	return Verdict{Status: StatusOK, Finding: Found(CodeTrusted, "trusted through %s in %s", NameOf(anchor), where)}
}

// Pool returns a pool of certificates.
func Pool(certs ...*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range certs {
		pool.AddCert(c)
	}
	return pool
}

// RunnerPool is what the runner itself trusts: the system's certificates and those of its file.
// Blocks that do not parse are passed over, as they are by the runner. A nil system pool stands for
// an empty one.
func RunnerPool(system *x509.CertPool, file []byte) *x509.CertPool {
	pool := x509.NewCertPool()
	if system != nil {
		pool = system.Clone()
	}
	pool.AppendCertsFromPEM(file)
	return pool
}

// maxNamePairs bounds how many names are held against how many name constraints.
const maxNamePairs = 1 << 16

// ManyNames returns a finding where certificates have so many names and name constraints that whoever
// holds all of one against all of the other is busy for minutes; else nil. It has to come before
// whatever verifies.
func ManyNames(certs ...[]*x509.Certificate) *Finding {
	var names, constraints int
	for _, c := range distinct(slices.Concat(certs...)) {
		names += len(c.DNSNames) + len(c.IPAddresses) + len(c.EmailAddresses) + len(c.URIs)
		constraints += len(c.PermittedDNSDomains) + len(c.ExcludedDNSDomains) + len(c.PermittedIPRanges) + len(c.ExcludedIPRanges) +
			len(c.PermittedEmailAddresses) + len(c.ExcludedEmailAddresses) + len(c.PermittedURIDomains) + len(c.ExcludedURIDomains)
	}
	if names*constraints <= maxNamePairs {
		return nil
	}
	return new(Found(CodeUndecided, "the certificates have %d names and %d name constraints, too many to compare", names, constraints))
}

// Explain puts an error of [x509.Certificate.Verify] or VerifyHostname into terms that a person can
// act on. Sent is the chain that the server sent, leaf first, as far as it is known; now is the
// time that the certificates were judged at.
func Explain(err error, sent []*x509.Certificate, now time.Time) Finding {
	if mismatch, ok := errors.AsType[x509.HostnameError](err); ok {
		c, host := mismatch.Certificate, mismatch.Host
		return closer(c, host, Found(CodeNameMismatch, "the certificate is not for %q: it %s", host, covers(c, host)))
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return explainAuthority(sent)
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if f := OutsideValidity(invalid.Cert, now); f != nil && invalid.Reason == x509.Expired {
			return *f
		}
		return Found(CodeInvalid, "certificate %s is not acceptable: %s", NameOf(invalid.Cert), strings.TrimPrefix(invalid.Error(), "x509: "))
	}
	return Found(CodeInvalid, "the certificate is not acceptable: %s", strings.TrimPrefix(err.Error(), "x509: "))
}

// explainAuthority says where a chain ends that leads to nothing that is trusted.
func explainAuthority(sent []*x509.Certificate) Finding {
	if len(sent) == 0 {
		return Found(CodeUnknownAuthority, "the certificate is signed by an unknown authority")
	}
	path := PathFrom(sent[0], sent)
	if weak := each(path, weakSignature, sm2Signed); len(weak) > 0 {
		return weak[0]
	}
	top := path[len(path)-1]
	switch alone, root := len(path) == 1, SelfSigned(top); {
	case alone && root:
		return Found(CodeUnknownAuthority, "the certificate %s is self-signed and not trusted", NameOf(top))
	case alone && len(top.IssuingCertificateURL) > 0:
		return Found(CodeIncompleteChain, "the server sends its certificate without the issuer %s", issuerName(top))
	case root:
		return Found(CodeUnknownAuthority, "the chain ends in %s, which is not trusted", NameOf(top))
	}
	return Found(CodeUnknownAuthority, "the chain ends below the issuer %s, which is not trusted", issuerName(top))
}
