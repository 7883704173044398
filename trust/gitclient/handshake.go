// Package gitclient tells when git in a CI job connects to a server, with the file that the runner
// hands on as GIT_SSL_CAINFO.
//
// Which TLS library a job's git was built with is not known beforehand: GnuTLS on Debian and
// Ubuntu, OpenSSL in the runner's own images. The answer is ok only where both accept, and that is
// an allow-list: every certificate of the path is plain in each respect, and nothing else in the
// file can lead elsewhere. It is failed where both are certain to refuse, and unknown, with what is
// not plain, everywhere else. Each rule of the list holds as long as random hierarchies show no
// false answer (e2e/matrix, docs/HIERARCHIES.md). Revocation is left out: git asks for none.
package gitclient

import (
	"crypto/x509"
	"time"

	"helm-runnertrust/trust"
)

// Judge returns ok where git with GnuTLS and git with OpenSSL both connect to a host, a DNS name or an IP address
// without brackets, failed where neither does, and otherwise unknown. The server sends these certificates, its own
// first, and GIT_SSL_CAINFO has the file as its text is ([trust.Bundle.Text]). It checks no signature before the
// number of names and the length of keys are known to be small. It warns of a path that does not reach its root in the file.
func Judge(host string, sent []*x509.Certificate, file *trust.Bundle, now time.Time) trust.Verdict {
	if len(sent) == 0 {
		return trust.Failed(trust.Found(trust.CodeEmpty, "the server sends no certificate"))
	}
	if refusal := leafRefusal(sent[0], host, now); refusal != nil {
		return trust.Failed(*refusal)
	}
	if oddity := FileOddity(file); oddity != nil {
		return trust.Verdict{Status: trust.StatusUnknown, Finding: *oddity}
	}
	known, _ := readFile(file.Text())
	if many := trust.ManyNames(sent, known); many != nil {
		return unknown(many)
	}
	if !canAnchor(known, sent) {
		chain := trust.PathFrom(sent[0], sent)
		top := chain[len(chain)-1]
		return trust.Failed(trust.Found(trust.CodeUnknownAuthority,
			"the chain ends in %s, issued by %q, and the file vouches for neither", trust.NameOf(top), top.Issuer.String()))
	}
	p, oddity := newPath(sent, known, now)
	if oddity != nil {
		return unknown(oddity)
	}
	if refusal := p.dateRefusal(); refusal != nil {
		return trust.Failed(*refusal)
	}
	if oddity := p.oddity(host); oddity != nil {
		return unknown(oddity)
	}
	v := trust.Verdict{Status: trust.StatusOK}
	v.Finding = trust.Found(trust.CodeTrusted, "trusted through %s, by git with GnuTLS and with OpenSSL", file.Origin())
	if top := len(p.certs) - 1; !selfIssued(p.certs[top]) || !p.inFile(top) {
		v.Warnings = []trust.Finding{trust.Found(trust.CodeIssuerMissing,
			"%s does not reach the root: older git (with a curl before 7.68 on OpenSSL) refuses that", file.Origin())}
	}
	return v
}

// leafRefusal is what both libraries have against the server's own certificate, whatever the file
// holds.
func leafRefusal(leaf *x509.Certificate, host string, now time.Time) *trust.Finding {
	refusal := trust.OutsideValidity(leaf, now)
	if refusal == nil && coverage(leaf, host) == trust.StatusFailed && !trust.HidesExtensions(leaf) {
		refusal = new(trust.Explain(x509.HostnameError{Certificate: leaf, Host: host}, nil, now))
	}
	return refusal
}

func unknown(reason *trust.Finding) trust.Verdict {
	reason.Message = "git may not connect: " + reason.Message
	return trust.Verdict{Status: trust.StatusUnknown, Finding: *reason}
}

func undecided(format string, args ...any) *trust.Finding {
	return new(trust.Found(trust.CodeUndecided, format, args...))
}

// unusual says what is not plain about a certificate.
func unusual(c *x509.Certificate, format string, args ...any) *trust.Finding {
	return undecided("certificate %s "+format, append([]any{trust.NameOf(c)}, args...)...)
}
