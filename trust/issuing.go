package trust

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"
)

// selfIssued reports whether subject and issuer have one name, whoever signed.
func selfIssued(c *x509.Certificate) bool { return bytes.Equal(c.RawSubject, c.RawIssuer) }

// endsChain reports whether both libraries take c for a root: it may have issued itself.
func endsChain(c *x509.Certificate) bool { return likelyIssuer(c, c) }

// validNow prefers the certificates that are valid, as both libraries do among several of a name.
func validNow(certs []*x509.Certificate, now time.Time) []*x509.Certificate {
	valid := slices.DeleteFunc(slices.Clone(certs), func(c *x509.Certificate) bool {
		_, outside := outsideValidity(c, now)
		return outside
	})
	if len(valid) == 0 {
		return certs
	}
	return valid
}

// checkDates objects to a certificate that is not valid at now.
func (d *defects) checkDates(c *x509.Certificate, now time.Time) {
	if f, outside := outsideValidity(c, now); outside {
		d.refuse(f)
	}
}

// checkIssuer objects to an issuer that must not sign c, or has not.
func (d *defects) checkIssuer(issuer, c *x509.Certificate) {
	if !likelyIssuer(issuer, c) {
		d.refuse(unacceptable(c, "is not issued by %s, which the server sends next", NameOf(issuer)))
		return
	}
	switch {
	case issuer.Version < 3:
		d.doubt("CA certificate %s is of version %d", NameOf(issuer), issuer.Version)
	case !issuer.BasicConstraintsValid:
		d.doubt("CA certificate %s has no basic constraints", NameOf(issuer))
	case !issuer.IsCA:
		d.refuse(unacceptable(issuer, "is no CA, but has issued %s", NameOf(c)))
	}
	if issuer.KeyUsage != 0 && issuer.KeyUsage&x509.KeyUsageCertSign == 0 {
		d.refuse(unacceptable(issuer, "may not sign certificates (key usage), but has issued %s", NameOf(c)))
	}
	var outdated x509.InsecureAlgorithmError // the libraries have their own rules for these
	switch err := issuer.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature); {
	case err == nil || errors.As(err, &outdated):
	case errors.Is(err, x509.ErrUnsupportedAlgorithm):
		d.doubt("the signature of certificate %s is of an unusual kind", NameOf(c))
	default:
		d.refuse(unacceptable(c, "is not signed with the key of %s, which has its issuer's name", NameOf(issuer)))
	}
}

// pathLimit is how many CAs may stand between this one and the leaf (RFC 5280, section 4.2.1.9).
func pathLimit(ca *x509.Certificate) (limit int, limited bool) {
	return ca.MaxPathLen, ca.MaxPathLen > 0 || ca.MaxPathLenZero
}

func hasExtension(c *x509.Certificate, id asn1.ObjectIdentifier) bool {
	return slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(id) })
}

// checkExtensions has doubts about extensions that not every library knows.
func (d *defects) checkExtensions(c *x509.Certificate) {
	if len(c.UnhandledCriticalExtensions) > 0 {
		d.doubt("certificate %s has the critical extension %s", NameOf(c), c.UnhandledCriticalExtensions[0])
	}
}

// checkKey has doubts about keys that not every library knows, and leaves short RSA keys to the
// caller.
func (d *defects) checkKey(c *x509.Certificate) (shortRSA bool) {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() < minRSABits
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P224() {
			return false
		}
	case ed25519.PublicKey:
		return false
	}
	d.doubt("certificate %s has an unusual key", NameOf(c))
	return false
}

func unacceptable(c *x509.Certificate, format string, args ...any) Finding {
	return Finding{
		Code:    CodeInvalid,
		Message: fmt.Sprintf("certificate %s ", NameOf(c)) + fmt.Sprintf(format, args...),
	}
}

// noAnchor is the finding of a chain that does not lead to the file.
func noAnchor(top *x509.Certificate) Finding {
	return Finding{
		Code:    CodeUnknownAuthority,
		Message: fmt.Sprintf("the chain ends in %s, issued by %q, and the file vouches for neither", NameOf(top), top.Issuer.String()),
	}
}
