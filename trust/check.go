package trust

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	soon       = 30 * 24 * time.Hour
	dateFormat = "2006-01-02 15:04 MST"
)

// Check holds the bundle against the host that the runner will connect to, at now. Host is the name
// without port and brackets ("gitlab.example.com", "192.0.2.1", "fd00::1"); DNS names compare
// without case. An empty host leaves the names unchecked.
//
// A bundle that does not work at now, by the rule of [Bundle.NotAfter], is refused, and so is one
// without any CA whose certificates do not cover the host: err joins one [*Error] for each
// certificate at fault. With force these come back among the warnings instead.
func (b *Bundle) Check(host string, now time.Time, force bool) (warnings []Finding, err error) {
	if force {
		return b.Findings(host, now), nil
	}
	var errs []error
	for _, f := range b.refusals(host, now) {
		errs = append(errs, &Error{Origin: b.origin, Code: f.Code, Host: f.Host, Message: f.Message})
	}
	return b.placed(b.warnings(host, now)), errors.Join(errs...)
}

// Findings is everything that [Bundle.Check] would refuse or warn of.
func (b *Bundle) Findings(host string, now time.Time) []Finding {
	return b.placed(append(b.refusals(host, now), b.warnings(host, now)...))
}

func (b *Bundle) refusals(host string, now time.Time) []Finding {
	if b.Unusable(host, now) == nil {
		return nil
	}
	return withHost(append(b.checkDates(now), b.checkHost(host)...), host)
}

func (b *Bundle) warnings(host string, now time.Time) []Finding {
	return withHost(slices.Concat(b.checkBeside(host, now), b.checkExpiresSoon(host, now), b.checkLeaves(host),
		b.checkIssuers(now), b.checkRoots(now), b.checkMaySign(), b.checkCertManager(), b.checkDefault(host, now), b.checkStrength()), host)
}

// placed puts the origin in front of the messages.
func (b *Bundle) placed(findings []Finding) []Finding {
	for i := range findings {
		findings[i].Message = b.origin + ": " + findings[i].Message
	}
	return findings
}

// Flaws is what is wrong with the certificates themselves, or soon will be, whatever the host and
// whichever file they are in: cert-manager's temporary ones and an ingress controller's, then dates, then
// weak algorithms.
func (b *Bundle) Flaws(now time.Time) []Finding {
	found := slices.Concat(b.checkCertManager(), b.checkIngress(), b.checkDates(now))
	for _, c := range b.certificates {
		if f, ok := endsSoon(c, now); ok {
			found = append(found, f)
		}
	}
	return slices.Concat(found, b.checkMaySign(), b.checkStrength())
}

func (b *Bundle) checkDates(now time.Time) []Finding {
	var found []Finding
	for _, c := range b.certificates {
		if f, ok := outsideValidity(c, now); ok {
			found = append(found, f)
		}
	}
	return found
}

// outsideValidity compares with the validity period, both ends included (RFC 5280, section
// 4.1.2.5).
func outsideValidity(c *x509.Certificate, now time.Time) (Finding, bool) {
	switch {
	case now.After(c.NotAfter):
		return Finding{
			Code:    CodeExpired,
			Message: fmt.Sprintf("certificate %s expired on %s", NameOf(c), c.NotAfter.UTC().Format(dateFormat)),
		}, true
	case now.Before(c.NotBefore):
		return Finding{
			Code:    CodeNotYetValid,
			Message: fmt.Sprintf("certificate %s is not valid before %s", NameOf(c), c.NotBefore.UTC().Format(dateFormat)),
		}, true
	}
	return Finding{}, false
}

func (b *Bundle) checkHost(host string) []Finding {
	if slices.ContainsFunc(b.certificates, authority) {
		return nil
	}
	var found []Finding
	for _, c := range notCovered(host, b.certificates) {
		found = append(found, closer(c, host, Finding{
			Code:    CodeHostNotCovered,
			Message: fmt.Sprintf("no certificate for host %q: %s %s", host, NameOf(c), covers(c, host)),
		}))
	}
	return found
}

// checkLeaves warns of leaves beside their CA, none of which is for the host: the file may work, but no
// client takes such a leaf from the server, whichever CA it trusts.
func (b *Bundle) checkLeaves(host string) []Finding {
	var leaves []*x509.Certificate
	for _, c := range b.certificates {
		issuedHere := func(ca *x509.Certificate) bool { return authority(ca) && likelyIssuer(ca, c) }
		if !authority(c) && slices.ContainsFunc(b.certificates, issuedHere) {
			leaves = append(leaves, c)
		}
	}
	var found []Finding
	for _, c := range notCovered(host, leaves) {
		found = append(found, closer(c, host, Finding{
			Code:    CodeHostNotCovered,
			Message: fmt.Sprintf("certificate %s is not for host %q, so the runner refuses it if the server sends it: it %s", NameOf(c), host, covers(c, host)),
		}))
	}
	return found
}

// notCovered returns the leaves, if none of them is for the host.
func notCovered(host string, leaves []*x509.Certificate) []*x509.Certificate {
	covers := func(c *x509.Certificate) bool { return host == "" || c.VerifyHostname(host) == nil }
	if slices.ContainsFunc(leaves, covers) {
		return nil
	}
	return leaves
}

// closer returns what is known more closely about a certificate that is not for the host, else f.
func closer(c *x509.Certificate, host string, f Finding) Finding {
	for _, known := range []func() (Finding, bool){
		func() (Finding, bool) { return IngressDefault(c) },
		func() (Finding, bool) { return nameForm(c, host) },
	} {
		if better, ok := known(); ok {
			return better
		}
	}
	return f
}

// checkBeside warns of certificates that are not valid, in a bundle that works without them.
func (b *Bundle) checkBeside(host string, now time.Time) []Finding {
	if b.Unusable(host, now) != nil {
		return nil
	}
	found := b.checkDates(now)
	for i := range found {
		if found[i].Code == CodeExpired {
			found[i].Code = CodeExpiredBeside
		}
		found[i].Message += fmt.Sprintf("; the file works without it, until %s", b.NotAfter(host).Format(dateFormat))
	}
	return found
}

// checkExpiresSoon warns of the certificate with which the file stops working.
func (b *Bundle) checkExpiresSoon(host string, now time.Time) []Finding {
	if f, ok := endsSoon(b.last(host), now); ok {
		return []Finding{f}
	}
	return nil
}

func endsSoon(c *x509.Certificate, now time.Time) (Finding, bool) {
	left := c.NotAfter.Sub(now)
	return Finding{
		Code:    CodeExpiresSoon,
		Message: fmt.Sprintf("certificate %s expires in %d days, on %s", NameOf(c), int(left.Hours()/24), c.NotAfter.UTC().Format(dateFormat)),
	}, left >= 0 && left < soon
}

// checkMaySign warns of CAs whose key usage leaves out certificates (RFC 5280, section 4.2.1.3): Go
// and OpenSSL take nothing that they have signed.
func (b *Bundle) checkMaySign() []Finding {
	var found []Finding
	for _, c := range b.certificates {
		if c.IsCA && c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0 {
			found = append(found, Finding{
				Code:    CodeMayNotSign,
				Message: fmt.Sprintf("CA certificate %s may not sign certificates: its key usage is without keyCertSign, so clients refuse what it has issued", NameOf(c)),
			})
		}
	}
	return found
}

// validAt returns the certificates that are valid at now, or all of them if none is.
func (b *Bundle) validAt(now time.Time) []*x509.Certificate {
	valid := slices.DeleteFunc(slices.Clone(b.certificates), func(c *x509.Certificate) bool {
		_, outside := outsideValidity(c, now)
		return outside
	})
	if len(valid) == 0 {
		return b.certificates
	}
	return valid
}

// checkIssuers warns of leaves whose chain does not reach a root inside the bundle, through certificates
// that are valid: an expired cross-signed root leads nowhere, its self-signed one is missing. The runner
// accepts a leaf in its pool; git in its jobs trusts this file only and needs the issuer.
func (b *Bundle) checkIssuers(now time.Time) []Finding {
	valid := b.validAt(now)
	var found []Finding
	var tops []*x509.Certificate // where paths end, each once
	for _, c := range b.certificates {
		if authority(c) || temporary(c) { // nobody has the issuer of a temporary one
			continue
		}
		path := PathFrom(c, valid)
		if top := path[len(path)-1]; !SelfSigned(top) && !slices.ContainsFunc(tops, top.Equal) {
			tops = append(tops, top)
			found = append(found, Finding{
				Code: CodeIssuerMissing,
				Message: fmt.Sprintf("certificate %s comes without its issuer %s: the runner may connect, but git in its jobs may fail",
					NameOf(top), issuerName(top)),
			})
		}
	}
	return found
}

// checkRoots warns of CAs whose root is not in the bundle, unless that was said of a leaf below
// them. GnuTLS wants the last certificate that the server sends, or its issuer, in the file, so
// that an issuing CA alone will not do for a server that sends one more.
func (b *Bundle) checkRoots(now time.Time) []Finding {
	if len(b.checkIssuers(now)) > 0 {
		return nil
	}
	var found []Finding
	valid := b.validAt(now)
	for _, c := range valid {
		sameKey := func(other *x509.Certificate) bool { // cross-signed roots have both
			return SelfSigned(other) && bytes.Equal(other.RawSubject, c.RawSubject) && bytes.Equal(other.RawSubjectPublicKeyInfo, c.RawSubjectPublicKeyInfo)
		}
		if authority(c) && len(PathFrom(c, valid)) == 1 && !slices.ContainsFunc(valid, sameKey) {
			found = append(found, Finding{
				Code: CodeRootMissing,
				Message: fmt.Sprintf("CA certificate %s comes without the one above it, %s: git in jobs may fail when the server sends that too",
					NameOf(c), issuerName(c)),
			})
		}
	}
	return found
}

func (b *Bundle) checkCertManager() []Finding {
	var found []Finding
	for _, c := range b.certificates {
		if temporary(c) {
			found = append(found, Finding{
				Code:    CodeCertManagerTemporary,
				Message: fmt.Sprintf("certificate %s is cert-manager's temporary one, which is replaced as soon as the issuer answers", NameOf(c)),
			})
		}
	}
	return found
}

// temporary recognises the certificate that cert-manager puts into a Secret until the issuer
// answers: see GenerateLocallySignedTemporaryCertificate in its package pkg/util/pki, which signs
// with a CA of this name and writes this serial number into the subject.
func temporary(c *x509.Certificate) bool {
	return c.Issuer.CommonName == "cert-manager.local" && c.Subject.SerialNumber == "1234567890"
}
