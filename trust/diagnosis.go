package trust

import (
	"crypto/x509"
	"fmt"
	"slices"
)

// The codes of a diagnosis, beside those of [Bundle.Check] and [Explain].
const (
	CodePubliclyTrusted = "publicly-trusted"
	CodePrivateCA       = "private-ca"
	CodeSelfSigned      = "self-signed"
)

// diagnose returns what is the case, most pressing first: what no trust file can cure, then
// what kind of chain it is, then what will become a problem.
func (f *Fetched) diagnose(public bool) []Finding {
	leaf := f.Sent[0]
	var found []Finding
	if temporary(leaf) {
		found = append(found, f.Bundle.checkCertManager()...)
	}
	found = append(found, f.Bundle.checkDates(f.now)...)
	if leaf.VerifyHostname(f.Target.Host) != nil {
		found = append(found, nameMismatch(leaf, f.Target.Host))
	}
	found = append(found, f.chainKind(public))
	found = append(found, f.Bundle.checkExpiresSoon(f.now)...)
	return append(found, f.Bundle.checkStrength()...)
}

// chainKind says where the chain ends and whether the server sent all that it has to: everything
// but the root (RFC 8446, section 4.4.2).
func (f *Fetched) chainKind(public bool) Finding {
	chain := f.Bundle.certificates
	top := chain[len(chain)-1]
	missing := slices.ContainsFunc(f.Added, func(c *x509.Certificate) bool { return !selfSigned(c) })
	switch {
	case public && !missing:
		return Finding{
			Code:    CodePubliclyTrusted,
			Message: fmt.Sprintf("the system trusts this server already, through %s", nameOf(top)),
			Hint:    "nothing to do, as long as the runner's image knows that CA too",
		}
	case public:
		return Finding{
			Code:    CodeIncompleteChain,
			Message: fmt.Sprintf("the server does not send the issuer of its certificate, %q; the system knows the root %s, and this file repairs it", missingIssuer(f), nameOf(top)),
			Hint:    "better still, let the server send the whole chain",
		}
	case len(chain) == 1 && selfSigned(top):
		return Finding{
			Code:    CodeSelfSigned,
			Message: fmt.Sprintf("the certificate %s signed itself: the file trusts exactly this one", nameOf(top)),
			Hint:    "fetch again whenever it is renewed",
		}
	case !selfSigned(top):
		return Finding{
			Code:    CodeIssuerMissing,
			Message: fmt.Sprintf("the chain stops below its issuer %q, which the server does not send and which could not be found", top.Issuer.String()),
			Hint:    "the file works until the certificate is renewed, and not for every git; ask the administrator for the root certificate and append it to the file",
		}
	case missing:
		return Finding{
			Code:    CodePrivateCA,
			Message: fmt.Sprintf("a private CA, %s; the server does not send the issuer of its certificate, %q, and this file repairs it", nameOf(top), missingIssuer(f)),
			Hint:    "give the file with --cert",
		}
	}
	return Finding{
		Code:    CodePrivateCA,
		Message: fmt.Sprintf("a private CA, %s, which the system does not know", nameOf(top)),
		Hint:    "give the file with --cert",
	}
}

// missingIssuer is the subject of the first certificate that the server should have sent.
func missingIssuer(f *Fetched) string {
	for _, c := range f.Added {
		if !selfSigned(c) {
			return c.Subject.String()
		}
	}
	return ""
}
