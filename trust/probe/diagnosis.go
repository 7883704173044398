package probe

import (
	"crypto/x509"
	"slices"

	"helm-runnertrust/trust"
)

// diagnose returns what was found, most pressing first: what no trust file can cure, then what kind
// of chain it is, then what will become a problem.
func (f *Fetched) diagnose() []trust.Finding {
	var pressing, later []trust.Finding
	for _, flaw := range f.Chain.Flaws(f.now) {
		switch flaw.Code {
		case trust.CodeCertManagerTemporary, trust.CodeIngressDefault, trust.CodeExpired, trust.CodeExpiredCA, trust.CodeNotYetValid:
			pressing = append(pressing, flaw)
		default:
			later = append(later, flaw)
		}
	}
	isDefault := trust.IngressDefault(f.Sent[0]) != nil // its names are nobody's
	if err := f.Sent[0].VerifyHostname(f.Target.Host); err != nil && !isDefault {
		pressing = append(pressing, trust.Explain(err, f.Sent, f.now))
	}
	kind := []trust.Finding{f.chainKind()}
	if kind[0].Code == trust.CodeIssuerMissing && slices.ContainsFunc(pressing, func(flaw trust.Finding) bool { return flaw.Code == trust.CodeExpiredCA }) {
		kind = nil // another certificate is missing than the issuer of what has expired
	}
	return slices.Concat(pressing, kind, later)
}

// chainKind says where the chain ends and whether the server sent all that it has to: everything
// but the root (RFC 8446, section 4.4.2).
func (f *Fetched) chainKind() trust.Finding {
	chain := f.Chain.Certificates()
	top := chain[len(chain)-1]
	missing := f.missingIssuer()
	switch {
	case f.public && missing == "":
		return trust.Found(CodePubliclyTrusted,
			"the runner's image trusts this server already, through %s of Mozilla's list", trust.NameOf(top))
	case f.public:
		return trust.Found(trust.CodeIncompleteChain,
			"the server does not send the issuer of its certificate, %q; the runner's image knows the root %s, and this file repairs it", missing, trust.NameOf(top))
	case f.onlyHere:
		return trustedHere(top)
	case len(chain) == 1 && trust.SelfSigned(top):
		return trust.Found(CodeSelfSigned,
			"the certificate %s is self-signed: the file trusts exactly this one", trust.NameOf(top))
	case !trust.SelfSigned(top):
		return trust.Found(trust.CodeIssuerMissing,
			"the chain stops below its issuer %q, which the server does not send and which could not be found", trust.Shorten(top.Issuer.String()))
	case missing != "":
		return trust.Found(CodePrivateCA,
			"a private CA, %s; the server does not send the issuer of its certificate, %q, and this file repairs it", trust.NameOf(top), missing)
	}
	return trust.Found(CodePrivateCA,
		"a private CA, %s, which no runner's image knows by itself", trust.NameOf(top))
}

// trustedHere says that the server's CA is one that only this machine knows, such as a company's.
func trustedHere(root *x509.Certificate) trust.Finding {
	return trust.Found(CodeTrustedHere,
		"only this machine trusts the server, through %s: that is no CA of Mozilla's list, so the runner's image does not", trust.NameOf(root))
}

// missingIssuer is the subject of the first certificate that the server should have sent; "" where it
// sent all.
func (f *Fetched) missingIssuer() string {
	for _, c := range f.Added {
		if !trust.SelfSigned(c) {
			return trust.Shorten(c.Subject.String())
		}
	}
	return ""
}
