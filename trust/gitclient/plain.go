package gitclient

import (
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"net"
	"slices"
	"strings"

	"helm-runnertrust/trust"
)

const maxRSABits = 8192

// oddity says what is not plain about the path, or why Go does not accept it.
func (p path) oddity(host string) *trust.Finding {
	leaf := p.certs[0]
	for i, c := range p.certs {
		if f := certificateOddity(c, i == 0); f != nil {
			return f
		}
		issuer := p.certs[min(i+1, len(p.certs)-1)]
		if (selfIssued(c) || c != issuer) && (!namesKey(c, issuer) || !namesSerial(c, issuer)) {
			return unusual(c, "names another key or serial number than its issuer has")
		}
		if len(extension(c, oidNameConstraints)) > 0 && (i == 0 || !plainConstraints(c, leaf.DNSNames)) {
			return unusual(c, "has unusual name constraints, or constrains unusual names")
		}
		if f := trust.OutsideValidity(c, p.now); f != nil {
			return f
		}
	}
	if coverage(leaf, host) != trust.StatusOK {
		return unusual(leaf, "has no plain name for %q among its alternative names", host)
	}
	if !p.anchored() {
		return new(trust.Found(trust.CodeStrictGit,
			"the file holds neither the last certificate that the server sends nor its issuer, which git with GnuTLS wants"))
	}
	// Go verifies exactly this path.
	_, err := leaf.Verify(x509.VerifyOptions{Roots: trust.Pool(p.certs[len(p.certs)-1]), Intermediates: trust.Pool(p.certs[1:]...), DNSName: host, CurrentTime: p.now})
	if err != nil {
		return new(trust.Explain(err, p.certs[:p.sent], p.now))
	}
	return nil
}

// certificateOddity says what is not plain about one certificate. The signature of a certificate on
// itself is not looked at: nobody has to believe it.
func certificateOddity(c *x509.Certificate, leaf bool) *trust.Finding {
	switch {
	case c.Version != 3:
		return unusual(c, "is of version %d", c.Version)
	case len(c.Issuer.Names) == 0 || len(c.Subject.Names) == 0 && !leaf:
		return unusual(c, "has an empty name, or an issuer without one")
	case !leaf && (!c.BasicConstraintsValid || !c.IsCA):
		return unusual(c, "is not marked as a CA, but issued another")
	}
	if hasEmptyName(c) {
		return unusual(c, "has an empty alternative name")
	}
	signature := signatureOddity(c)
	if selfIssued(c) {
		signature = nil
	}
	if f := cmp.Or(keyOddity(c), signature, usageOddity(c, leaf)); f != nil {
		return f
	}
	for _, e := range c.Extensions {
		if critical, known := plainExtensions[e.Id.String()]; !known || e.Critical && !critical {
			return unusual(c, "has the extension %s, critical: %t", e.Id, e.Critical)
		}
	}
	return nil
}

// hasEmptyName reports whether an alternative name is empty, as OpenSSL writes it for the line "DNS.2 =": git with GnuTLS
// takes no such certificate from a server, and reads nothing of a file with one (tried with 2.39).
func hasEmptyName(c *x509.Certificate) bool {
	var names []asn1.RawValue
	_, err := asn1.Unmarshal(extension(c, oidAltName), &names)
	return err == nil && slices.ContainsFunc(names, func(name asn1.RawValue) bool { return len(name.Bytes) == 0 })
}

func keyOddity(c *x509.Certificate) *trust.Finding {
	f := unusual(c, "has an unusual key (%s)", c.PublicKeyAlgorithm)
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if weak := trust.WeakKey(c); weak != nil || key.N.BitLen() <= maxRSABits {
			return weak
		}
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P224() {
			return nil
		}
	}
	return f
}

func signatureOddity(c *x509.Certificate) *trust.Finding {
	f := unusual(c, "is signed with %s", c.SignatureAlgorithm)
	switch c.SignatureAlgorithm {
	case x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA, x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512:
		return nil
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		f.Code = trust.CodeWeakSignature
	}
	return f
}

// usageOddity looks at what the key may be used for. OpenSSL wants serverAuth in every extended key
// usage of the path, and takes anyExtendedKeyUsage for something else.
func usageOddity(c *x509.Certificate, leaf bool) *trust.Finding {
	needed := x509.KeyUsageCertSign
	if leaf {
		needed = x509.KeyUsageDigitalSignature
	}
	if extension(c, oidKeyUsage) != nil && c.KeyUsage&needed == 0 {
		return unusual(c, "has an unusual key usage")
	}
	if extension(c, oidExtKeyUsage) != nil && !slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth) {
		return unusual(c, "has an extended key usage without servers")
	}
	return nil
}

const (
	oidKeyUsage        = "2.5.29.15"
	oidAltName         = "2.5.29.17"
	oidNameConstraints = "2.5.29.30"
	oidAuthorityKeyID  = "2.5.29.35"
	oidExtKeyUsage     = "2.5.29.37"
)

// plainExtensions are those that change nothing but what is looked at here, by whether they may be
// critical.
var plainExtensions = map[string]bool{
	"2.5.29.19": true, oidKeyUsage: true, oidExtKeyUsage: true, oidNameConstraints: true, // also basicConstraints
	oidAltName:  true,
	"2.5.29.14": false, oidAuthorityKeyID: false, // subjectKeyIdentifier
	"2.5.29.31": false, "2.5.29.46": false, "2.5.29.32": false, // cRLDistributionPoints, freshestCRL, certificatePolicies
	"1.3.6.1.5.5.7.1.1": false, "1.3.6.1.5.5.7.1.3": false, // authorityInfoAccess, qcStatements
	"1.3.6.1.4.1.11129.2.4.2": false, "2.16.840.1.113730.1.13": false, // signed certificate timestamps, Netscape comment
	"1.3.6.1.4.1.311.20.2": false, "1.3.6.1.4.1.311.21.1": false, "1.3.6.1.4.1.311.21.2": false, // Microsoft's CAs
	"1.3.6.1.4.1.311.21.7": false, "1.3.6.1.4.1.311.21.10": false, "1.3.6.1.4.1.311.25.2": false,
}

// extension returns the value of an extension, nil where there is none.
func extension(c *x509.Certificate, id string) []byte {
	for _, e := range c.Extensions {
		if e.Id.String() == id {
			return e.Value
		}
	}
	return nil
}

// namesSerial reports whether the authority key identifier of c names no serial number and issuer,
// or those of this issuer (RFC 5280, section 4.2.1.1), which only OpenSSL looks at.
func namesSerial(c, issuer *x509.Certificate) bool {
	var id struct {
		KeyID  []byte        `asn1:"optional,tag:0"`
		Issuer asn1.RawValue `asn1:"optional,tag:1"`
		Serial *big.Int      `asn1:"optional,tag:2"`
	}
	value := extension(c, oidAuthorityKeyID)
	if value == nil {
		return true
	}
	if _, err := asn1.Unmarshal(value, &id); err != nil || id.Serial != nil && id.Serial.Cmp(issuer.SerialNumber) != 0 {
		return false
	}
	if len(id.Issuer.Bytes) == 0 {
		return true
	}
	var name asn1.RawValue // a GeneralName, of which directoryName has the tag 4
	rest, err := asn1.Unmarshal(id.Issuer.Bytes, &name)
	return err == nil && len(rest) == 0 && name.Tag == 4 && bytes.Equal(name.Bytes, issuer.RawIssuer)
}

// plainConstraints reports whether all name constraints of a CA are on DNS names, without bounds on
// their depth, and these and the names that they are held against are in small letters. Without
// names, both libraries hold the common name against them.
func plainConstraints(ca *x509.Certificate, names []string) bool {
	const dnsName = 2 // tag of GeneralName
	var constraints struct {
		Permitted [][]asn1.RawValue `asn1:"optional,tag:0"`
		Excluded  [][]asn1.RawValue `asn1:"optional,tag:1"`
	}
	if _, err := asn1.Unmarshal(extension(ca, oidNameConstraints), &constraints); err != nil {
		return false
	}
	for _, subtree := range slices.Concat(constraints.Permitted, constraints.Excluded) {
		if len(subtree) != 1 || subtree[0].Tag != dnsName || !plainName(strings.TrimPrefix(string(subtree[0].Bytes), ".")) {
			return false
		}
	}
	return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return !plainName(name) })
}

// coverage returns whether a certificate is for the host, as curl compares with either library. Both
// want two labels behind a wildcard, and look at the common name where there are no other names.
func coverage(leaf *x509.Certificate, host string) trust.Status {
	covered, address := leaf.VerifyHostname(host) == nil, net.ParseIP(host) != nil
	_, domain, _ := strings.Cut(host, ".")
	named := slices.ContainsFunc(leaf.DNSNames, func(name string) bool { return strings.EqualFold(name, host) })
	switch {
	case !address && !plainName(strings.ToLower(host)):
		return trust.StatusUnknown
	case covered && (address || named || strings.Contains(domain, ".")):
		return trust.StatusOK
	case covered, len(leaf.DNSNames) == 0 && (!address || len(leaf.IPAddresses) == 0),
		slices.ContainsFunc(leaf.DNSNames, func(name string) bool { return !plainName(strings.ToLower(strings.TrimPrefix(name, "*."))) }):
		return trust.StatusUnknown
	}
	return trust.StatusFailed
}

// plainName reports whether a DNS name is of small letters, digits, hyphens and single dots between
// them.
func plainName(name string) bool {
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == "" && !strings.Contains("."+name+".", "..")
}
