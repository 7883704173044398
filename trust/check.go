package trust

import (
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// Check holds the bundle against the host that the runner will connect to, at now. Host is the name
// without port and brackets ("gitlab.example.com", "192.0.2.1", "fd00::1"); DNS names compare
// without case. An empty host leaves the names unchecked.
//
// A bundle that does not work at now, by the rule of [Bundle.NotAfter], is refused, and so is one
// without any CA whose certificates do not cover the host: err joins one [*Error] for each
// certificate at fault. With force these come back among the warnings instead. Server is the host in all of
// them, with its port, as one types it for fetch.
func (b *Bundle) Check(host, server string, now time.Time, force bool) (warnings []Finding, err error) {
	refused, warnings := b.findings(host, now)
	if force {
		refused, warnings = nil, append(refused, warnings...)
	}
	for i := range warnings {
		warnings[i].Host, warnings[i].Message = server, b.origin+": "+warnings[i].Message
	}
	var errs []error
	for _, f := range refused {
		errs = append(errs, &Error{Origin: b.origin, Code: f.Code, Host: server, Message: f.Message})
	}
	return warnings, errors.Join(errs...)
}

// findings returns what is wrong by the rule of [Bundle.NotAfter], and what there is to warn of.
func (b *Bundle) findings(host string, now time.Time) (refused, warnings []Finding) {
	var defaults []Finding
	working := b.Working(host, now)
	if len(working) == 0 {
		refused = slices.Concat(b.dateFlaws(now), b.checkHost(host), b.unacceptable(host))
	} else {
		warnings, defaults = b.checkBeside(host, now), each(b.certificates, IngressDefault)
		if f := OfEach(working, host, Doubtful); f != nil {
			warnings = append(warnings, *f)
		}
	}
	if f := endsSoon(b.last(host), now); f != nil {
		warnings = append(warnings, *f)
	}
	return refused, slices.Concat(warnings, b.checkLeaves(host), b.checkChains(now), each(b.certificates, mayNotSign, temporary, oldVersion),
		defaults, each(b.certificates, sm2Signed, weakSignature, WeakKey))
}

// Flaws is what is wrong with the certificates themselves, or soon will be, whatever the host and
// whichever file they are in: cert-manager's temporary ones and an ingress controller's, then dates, then
// weak algorithms.
func (b *Bundle) Flaws(now time.Time) []Finding {
	soonOver := func(c *x509.Certificate) *Finding { return endsSoon(c, now) }
	return slices.Concat(each(b.certificates, temporary, IngressDefault), b.dateFlaws(now),
		each(b.certificates, soonOver, mayNotSign, oldVersion, sm2Signed, weakSignature, WeakKey))
}

func (b *Bundle) dateFlaws(now time.Time) []Finding {
	return each(b.certificates, func(c *x509.Certificate) *Finding { return OutsideValidity(c, now) })
}

func (b *Bundle) checkHost(host string) []Finding {
	if slices.ContainsFunc(b.certificates, authority) {
		return nil
	}
	return notCovered(host, b.certificates, func(c *x509.Certificate) Finding {
		return Found(CodeHostNotCovered, "no certificate for host %q: %s %s", host, NameOf(c), covers(c, host))
	})
}

// checkLeaves warns of leaves beside their CA, none of which is for the host: the file may work, but no
// client takes such a leaf from the server, whichever CA it trusts.
func (b *Bundle) checkLeaves(host string) []Finding {
	leaves := slices.DeleteFunc(slices.Clone(b.certificates), func(c *x509.Certificate) bool {
		return authority(c) || !b.issuedHere(c)
	})
	return notCovered(host, leaves, func(c *x509.Certificate) Finding {
		return Found(CodeHostNotCovered, "certificate %s is not for host %q, so the runner refuses it if the server sends it: it %s",
			NameOf(c), host, covers(c, host))
	})
}

// notCovered returns a finding for each leaf, if none of them is for the host.
func notCovered(host string, leaves []*x509.Certificate, finding func(*x509.Certificate) Finding) []Finding {
	if slices.ContainsFunc(leaves, func(c *x509.Certificate) bool { return host == "" || c.VerifyHostname(host) == nil }) {
		return nil
	}
	return each(leaves, func(c *x509.Certificate) *Finding { return new(closer(c, host, finding(c))) })
}

// checkBeside warns of certificates that are not valid, in a bundle that works without them.
func (b *Bundle) checkBeside(host string, now time.Time) []Finding {
	found := b.dateFlaws(now)
	for i := range found {
		if found[i].Code != CodeNotYetValid {
			found[i].Code = CodeExpiredBeside
		}
		found[i].Message += fmt.Sprintf("; the file works without it, until %s", Moment(b.NotAfter(host)))
	}
	return append(found, b.unacceptable(host)...)
}

// checkChains warns of chains that do not reach a root inside the bundle, through certificates that are
// valid: an expired cross-signed root leads nowhere, its self-signed one is missing. The runner
// accepts a leaf in its pool; git in its jobs trusts this file only and needs the issuer. With GnuTLS it
// wants the last certificate that the server sends, or its issuer, so that an issuing CA alone may not do.
func (b *Bundle) checkChains(now time.Time) []Finding {
	valid := slices.DeleteFunc(slices.Clone(b.certificates), func(c *x509.Certificate) bool { return OutsideValidity(c, now) != nil })
	if len(valid) == 0 {
		valid = b.certificates
	}
	var tops []*x509.Certificate // where paths end, each once
	for _, c := range valid {
		path := PathFrom(c, valid)
		top := path[len(path)-1]
		rootBeside := func(other *x509.Certificate) bool { // of a cross-signed root
			return bytes.Equal(other.RawSubject, top.RawSubject) && bytes.Equal(other.RawSubjectPublicKeyInfo, top.RawSubjectPublicKeyInfo) && SelfSigned(other)
		}
		// Nobody has the issuer of a temporary one.
		if temporary(c) == nil && !slices.ContainsFunc(valid, rootBeside) && !slices.ContainsFunc(tops, top.Equal) {
			tops = append(tops, top)
		}
	}
	return each(tops, func(top *x509.Certificate) *Finding {
		if slices.ContainsFunc(b.certificates, func(c *x509.Certificate) bool { return !c.Equal(top) && likelyIssuer(c, top) }) {
			return new(Found(CodeExpiredCA, "certificate %s comes with an expired certificate of its issuer %s only: the runner may connect, but git in its jobs may fail",
				NameOf(top), issuerName(top)))
		}
		return new(Found(CodeIssuerMissing, "certificate %s comes without its issuer %s: the runner may connect, but git in its jobs may fail",
			NameOf(top), issuerName(top)))
	})
}

// deciding are the certificates that the file works by, as long as one of them is valid: its CAs,
// and the host's own certificates that none of them issued. An empty host stands for any. What Go refuses
// is among them only where all is.
func (b *Bundle) deciding(host string) []*x509.Certificate {
	counting := slices.DeleteFunc(slices.Clone(b.certificates), func(c *x509.Certificate) bool {
		return !authority(c) && (host != "" && c.VerifyHostname(host) != nil || b.issuedHere(c))
	})
	if taken := slices.DeleteFunc(slices.Clone(counting), func(c *x509.Certificate) bool { return unacceptable(c, host) != nil }); len(taken) > 0 {
		return taken
	}
	return counting
}

func (b *Bundle) unacceptable(host string) []Finding {
	return each(b.certificates, func(c *x509.Certificate) *Finding { return unacceptable(c, host) })
}

// unacceptable says why Go takes no certificate of the host whose chain ends in c, whatever else is in it (isValid and
// checkChainForKeyUsage in crypto/x509/verify.go); nil for nothing. An empty host leaves the names unchecked.
func unacceptable(c *x509.Certificate, host string) *Finding {
	why := ""
	forServers := func(usage x509.ExtKeyUsage) bool {
		return usage == x509.ExtKeyUsageAny || usage == x509.ExtKeyUsageServerAuth
	}
	switch {
	case len(c.UnhandledCriticalExtensions) > 0:
		why = "it has the critical extension " + c.UnhandledCriticalExtensions[0].String()
	case len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) > 0 && !slices.ContainsFunc(c.ExtKeyUsage, forServers):
		why = "its extended key usage has no serverAuth"
	case host != "" && authority(c) && !mayName(c, host):
		why = fmt.Sprintf("its name constraints leave out %q", host)
	default:
		return nil
	}
	return new(Found(CodeInvalid, "certificate %s is not acceptable: %s", NameOf(c), why))
}

// mayName reports whether the name constraints of a CA leave a host in (RFC 5280, section 4.2.1.10, as Go reads it).
func mayName(ca *x509.Certificate, host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		holds := func(network *net.IPNet) bool { return network.Contains(ip) }
		return within(ca.PermittedIPRanges, ca.ExcludedIPRanges, holds)
	}
	holds := func(domain string) bool {
		domain, name := strings.ToLower(domain), strings.ToLower(host)
		return domain == "" || name == domain || strings.HasSuffix(name, "."+strings.TrimPrefix(domain, "."))
	}
	return within(ca.PermittedDNSDomains, ca.ExcludedDNSDomains, holds)
}

// within reports whether one of the permitted subtrees, if there are any, holds a name, and none of the excluded.
func within[T any](permitted, excluded []T, holds func(T) bool) bool {
	return (len(permitted) == 0 || slices.ContainsFunc(permitted, holds)) && !slices.ContainsFunc(excluded, holds)
}

// issuedHere reports whether a CA of the bundle may have issued a certificate.
func (b *Bundle) issuedHere(c *x509.Certificate) bool {
	return slices.ContainsFunc(b.certificates, func(ca *x509.Certificate) bool { return authority(ca) && likelyIssuer(ca, c) })
}

// lastOf is the certificate that is valid longest.
func lastOf(certs []*x509.Certificate) *x509.Certificate {
	return slices.MaxFunc(certs, func(a, b *x509.Certificate) int { return a.NotAfter.Compare(b.NotAfter) })
}

// last is the certificate with which the file stops working. Where none is for the host, it is that
// for any other.
func (b *Bundle) last(host string) *x509.Certificate {
	if deciding := b.deciding(host); len(deciding) > 0 {
		return lastOf(deciding)
	}
	return lastOf(b.deciding(""))
}

// NotAfter is the moment, in UTC, at which a file with these certificates stops working for a host:
// when the last of its CAs expires, and without a CA, the host's own certificate. An empty host
// stands for any.
func (b *Bundle) NotAfter(host string) time.Time { return b.last(host).NotAfter.UTC() }

// Unusable says why a client with this bundle would not connect to host at now, whatever the server
// sends: by the rule of [Bundle.NotAfter], no certificate that counts is valid, or for servers. It is nil when
// there is one. An empty host leaves the names unchecked.
func (b *Bundle) Unusable(host string, now time.Time) *Finding {
	if len(b.Working(host, now)) > 0 {
		return nil
	}
	deciding := b.deciding(host)
	if len(deciding) == 0 {
		return &b.checkHost(host)[0]
	}
	return cmp.Or(OutsideValidity(lastOf(deciding), now), unacceptable(lastOf(deciding), host))
}

// Working returns the certificates by which a client with this bundle may connect to host at now: CAs, and the host's
// own. There are none where the bundle is [Bundle.Unusable].
func (b *Bundle) Working(host string, now time.Time) []*x509.Certificate {
	return slices.DeleteFunc(b.deciding(host), func(c *x509.Certificate) bool {
		return OutsideValidity(c, now) != nil || unacceptable(c, host) != nil
	})
}

// Barren says why Go takes neither c from a server nor what c has signed (verifyHandshakeSignature in crypto/tls;
// CheckSignatureFrom and checkSignature in crypto/x509); nil where it may.
func Barren(c *x509.Certificate, host string) *Finding {
	key, isECDSA := c.PublicKey.(*ecdsa.PublicKey)
	_, isEd25519 := c.PublicKey.(ed25519.PublicKey)
	isOwn := host == "" || c.VerifyHostname(host) == nil
	switch bits := rsaBits(c); {
	case bits == 0 && !isECDSA && !isEd25519:
		return new(Found(CodeInvalid, "certificate %s has a key that is not RSA, ECDSA or Ed25519: Go checks no signature with it", NameOf(c)))
	case 0 < bits && bits < 1024:
		return new(Found(CodeInvalid, "certificate %s has an RSA key of %d bits: Go checks no signature with less than 1024", NameOf(c), bits))
	case isOwn && bits > 8192: // maxRSAKeySize of crypto/tls
		return new(Found(CodeInvalid, "certificate %s has an RSA key of %d bits: Go takes none of more than 8192 from a server", NameOf(c), bits))
	case isECDSA && isOwn && !c.IsCA && key.Curve == elliptic.P224():
		return new(Found(CodeInvalid, "certificate %s has a key on the curve P-224, which no server can use with Go", NameOf(c)))
	case isOwn:
		return nil
	}
	return mayNotSign(c)
}

// Doubtful finds a self-signed CA that has names as a server's own certificate has, none of which Go takes for the host:
// `openssl req -x509` makes every certificate a CA. Where the server sends it, the runner refuses it; what it has signed
// may be for the host all the same.
func Doubtful(c *x509.Certificate, host string) *Finding {
	code, named := CodeHostNotCovered, len(CoveredNames(c)) > 0
	if !named {
		code, named = CodeNameForm, onlyCommonName(c, host)
	}
	if !named || host == "" || c.VerifyHostname(host) == nil || !SelfSigned(c) {
		return nil
	}
	return new(Found(code, "if certificate %s is the server's own, the runner refuses it for host %q: it %s", NameOf(c), host, covers(c, host)))
}

// oldVersion warns of what keeps git with GnuTLS from reading the file that has it.
func oldVersion(c *x509.Certificate) *Finding {
	if !HidesExtensions(c) {
		return nil
	}
	return new(Found(CodeOldVersion, "certificate %s has extensions, which its version %d does not allow: git with GnuTLS reads nothing of a file with it", NameOf(c), c.Version))
}

// HidesExtensions reports whether a certificate of an old version has extensions, which Go passes over.
func HidesExtensions(c *x509.Certificate) bool {
	var fields []asn1.RawValue
	if c.Version == 3 {
		return false
	}
	_, err := asn1.Unmarshal(c.RawTBSCertificate, &fields)
	return err != nil || slices.ContainsFunc(fields, func(field asn1.RawValue) bool {
		return field.Class == asn1.ClassContextSpecific && field.Tag > 0
	})
}
