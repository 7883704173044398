package gitclient

import (
	"cmp"
	"crypto/x509"
	"time"

	"helm-runnertrust/trust"
)

// Handshake is what git has to judge by.
type Handshake struct {
	// Host is the server's DNS name or IP address, without port and brackets.
	Host string
	// Sent are the certificates that the server sends, its own first.
	Sent []*x509.Certificate
	// File is the text that GIT_SSL_CAINFO holds, Origin its name in messages.
	File   []byte
	Origin string
	Now    time.Time
}

// Judge returns whether git connects with the file, as its text is ([trust.Bundle.Text]).
func Judge(host string, sent []*x509.Certificate, file *trust.Bundle, now time.Time) trust.Verdict {
	return Handshake{Host: host, Sent: sent, File: file.Text(), Origin: file.Origin(), Now: now}.Judge()
}

// Judge returns ok where git with GnuTLS and git with OpenSSL both connect, failed where neither
// does, and otherwise unknown. It checks no signature before the number of names and the length of
// keys are known to be small.
func (h Handshake) Judge() trust.Verdict {
	if len(h.Sent) == 0 {
		return trust.Failed(trust.Found(trust.CodeEmpty, "the server sends no certificate"))
	}
	if refusal := h.leafRefusal(); refusal != nil {
		return trust.Failed(*refusal)
	}
	file, plainText := readFile(h.File)
	if !plainText {
		return unknown(undecided("%s holds more than plain certificates, of which git may read none", h.Origin))
	}
	if many := trust.ManyNames(h.Sent, file); many != nil {
		return unknown(many)
	}
	if !canAnchor(file, h.Sent) {
		chain := trust.PathFrom(h.Sent[0], h.Sent)
		top := chain[len(chain)-1]
		return trust.Failed(trust.Found(trust.CodeUnknownAuthority,
			"the chain ends in %s, issued by %q, and the file vouches for neither", trust.NameOf(top), top.Issuer.String()))
	}
	p, oddity := newPath(h.Sent, file, h.Now)
	if oddity != nil {
		return unknown(oddity)
	}
	if refusal := p.dateRefusal(); refusal != nil {
		return trust.Failed(*refusal)
	}
	if oddity := p.oddity(h); oddity != nil {
		return unknown(oddity)
	}
	return p.trusted(h.Origin)
}

// trusted is the good verdict. It warns of a path that does not reach its root in the file, which
// an old curl with OpenSSL wants.
func (p path) trusted(origin string) trust.Verdict {
	v := trust.Verdict{Status: trust.StatusOK}
	v.Finding = trust.Found(trust.CodeTrusted, "trusted through %s, by git with GnuTLS and with OpenSSL", origin)
	if top := len(p.certs) - 1; !selfIssued(p.certs[top]) || !p.inFile(top) {
		v.Warnings = []trust.Finding{trust.Found(trust.CodeIssuerMissing,
			"%s does not reach the root: older git (with a curl before 7.68 on OpenSSL) refuses that", origin)}
	}
	return v
}

// leafRefusal is what both libraries have against the server's own certificate, whatever the file
// holds.
func (h Handshake) leafRefusal() *trust.Finding {
	leaf := h.Sent[0]
	if coverage(leaf, h.Host) == trust.StatusFailed && !hiddenExtensions(leaf) {
		mismatch := trust.Explain(x509.HostnameError{Certificate: leaf, Host: h.Host}, h.Sent, h.Now)
		return cmp.Or(trust.OutsideValidity(leaf, h.Now), &mismatch)
	}
	return trust.OutsideValidity(leaf, h.Now)
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
