package trust

import (
	"bytes"
	"cmp"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Moment returns a time as messages have it: "2026-06-01 12:00 UTC".
func Moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }

const (
	soon = 30 * 24 * time.Hour

	minRSABits = 2048

	// maxRSABits is the longest RSA key that is used (OPENSSL_RSA_MAX_MODULUS_BITS in OpenSSL 3.0):
	// with one of a million bits, checking a single signature takes minutes.
	maxRSABits = 16384
)

// each returns what the checks find about certificates: all of the first check, then of the next.
func each(certs []*x509.Certificate, checks ...func(*x509.Certificate) *Finding) []Finding {
	var found []Finding
	for _, check := range checks {
		for _, c := range certs {
			if f := check(c); f != nil {
				found = append(found, *f)
			}
		}
	}
	return found
}

// OfEach returns what there is against the first certificate, if there is something against every one.
func OfEach(certs []*x509.Certificate, host string, find func(c *x509.Certificate, host string) *Finding) (first *Finding) {
	for _, c := range certs {
		f := find(c, host)
		if f == nil {
			return nil
		}
		first = cmp.Or(first, f)
	}
	return first
}

// OutsideValidity returns that a certificate is not valid at now, nil where it is; both ends of the period belong to it
// (RFC 5280, section 4.1.2.5).
func OutsideValidity(c *x509.Certificate, now time.Time) *Finding {
	switch {
	case now.After(c.NotAfter) && c.IsCA && !bytes.Equal(c.RawSubject, c.RawIssuer):
		return new(Found(CodeExpiredCA, "CA certificate %s, issued by %s, expired on %s", NameOf(c), issuerName(c), Moment(c.NotAfter)))
	case now.After(c.NotAfter):
		return new(Found(CodeExpired, "certificate %s expired on %s", NameOf(c), Moment(c.NotAfter)))
	case now.Before(c.NotBefore):
		return new(Found(CodeNotYetValid, "certificate %s is not valid before %s", NameOf(c), Moment(c.NotBefore)))
	}
	return nil
}

func endsSoon(c *x509.Certificate, now time.Time) *Finding {
	left := c.NotAfter.Sub(now)
	if left < 0 || left >= soon {
		return nil
	}
	return new(Found(CodeExpiresSoon, "certificate %s expires in %d days, on %s", NameOf(c), int(left.Hours()/24), Moment(c.NotAfter)))
}

// mayNotSign finds a CA whose key usage leaves out certificates (RFC 5280, section 4.2.1.3): Go and
// OpenSSL take nothing that it has signed.
func mayNotSign(c *x509.Certificate) *Finding {
	if !c.IsCA || c.KeyUsage == 0 || c.KeyUsage&x509.KeyUsageCertSign != 0 {
		return nil
	}
	return new(Found(CodeMayNotSign,
		"CA certificate %s may not sign certificates: its key usage is without keyCertSign, so clients refuse what it has issued", NameOf(c)))
}

// temporary finds the certificate that cert-manager puts into a Secret until the issuer answers: see
// GenerateLocallySignedTemporaryCertificate in its package pkg/util/pki, which signs with a CA of this
// name and writes this serial number into the subject.
func temporary(c *x509.Certificate) *Finding {
	if c.Issuer.CommonName != "cert-manager.local" || c.Subject.SerialNumber != "1234567890" {
		return nil
	}
	return new(Found(CodeCertManagerTemporary,
		"certificate %s is cert-manager's temporary one, which is replaced as soon as the issuer answers", NameOf(c)))
}

// IngressDefault explains the certificate that an ingress controller made for hosts that it has none
// for; nil for any other certificate. It goes by the names that the controllers write, common names only where
// there are no others: ingress-nginx (GetFakeSSLCert) and haproxy-ingress, Traefik (generate.DefaultCertificate),
// NGINX Inc.'s controller (default-server-secret) and Kong (kong prepare).
func IngressDefault(c *x509.Certificate) *Finding {
	known := []string{"ingress.local", "Kubernetes Ingress Controller Fake Certificate", "TRAEFIK DEFAULT CERT", "NGINXIngressController"}
	kong := c.Subject.CommonName == "localhost" && slices.Contains(c.Subject.Organization, "Kong")
	names := CoveredNames(c)
	if len(names) == 0 {
		names = []string{c.Subject.CommonName}
	}
	isKnown := func(name string) bool {
		return slices.Contains(known, name) || strings.HasSuffix(name, ".traefik.default")
	}
	if !kong && !slices.ContainsFunc(names, isKnown) {
		return nil
	}
	return new(Found(CodeIngressDefault, "certificate %s is the ingress controller's default: the Ingress has no certificate for this host, "+
		"because its Secret is missing or broken, or no rule has the host", NameOf(c)))
}

// sm2Key is how the algorithm of a key on the SM2 curve is written: id-ecPublicKey (RFC 5480, section
// 2.1.1) with the curve 1.2.156.10197.1.301 (GM/T 0006). Go parses no certificate with it.
var sm2Key = []byte{
	0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d,
}

// sm2Signature is SM2 with SM3, 1.2.156.10197.1.501.
var sm2Signature = []byte{0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75}

// sm2Signed finds a certificate whose key is a usual one, and whose CA's key is on the SM2 curve.
func sm2Signed(c *x509.Certificate) *Finding {
	if c.SignatureAlgorithm != x509.UnknownSignatureAlgorithm || !bytes.Contains(c.RawTBSCertificate, sm2Signature) {
		return nil
	}
	return new(Found(CodeSM2, "certificate %s is signed with SM2, which neither gitlab-runner nor git can check", NameOf(c)))
}

// weakSignature finds algorithms that crypto/x509 refuses (Go 1.26, x509.go, checkSignature); nobody has
// to believe the signature of a root.
func weakSignature(c *x509.Certificate) *Finding {
	switch c.SignatureAlgorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		if !SelfSigned(c) {
			return new(Found(CodeWeakSignature, "certificate %s is signed with %s, which Go no longer accepts", NameOf(c), c.SignatureAlgorithm))
		}
	}
	return nil
}

// WeakKey finds RSA keys of fewer bits than CAs may sign.
func WeakKey(c *x509.Certificate) *Finding {
	if bits := rsaBits(c); 0 < bits && bits < minRSABits {
		return new(Found(CodeWeakKey, "certificate %s has an RSA key of %d bits, less than %d", NameOf(c), bits, minRSABits))
	}
	return nil
}

// CheckKeys refuses certificates with an RSA key of more than 16,384 bits: the [*Error] names the
// first. It checks no signature, and has to come before whatever does.
func CheckKeys(origin string, certs []*x509.Certificate) error {
	for _, c := range certs {
		if bits := rsaBits(c); bits > maxRSABits {
			message := fmt.Sprintf("certificate %s has an RSA key of %d bits, more than %d", NameOf(c), bits, maxRSABits)
			return &Error{Origin: origin, Code: CodeHugeKey, Message: message}
		}
	}
	return nil
}

// rsaBits is the length of an RSA key, 0 for a key of another kind.
func rsaBits(c *x509.Certificate) int {
	if key, ok := c.PublicKey.(*rsa.PublicKey); ok {
		return key.N.BitLen()
	}
	return 0
}
