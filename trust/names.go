package trust

import (
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

const (
	maxNames = 10  // of a list in a message
	maxLine  = 100 // characters of a name, or of a list but for its last name
)

// CoveredNames returns the DNS names and IP addresses that a certificate is valid for, as it states
// them in its subject alternative name (RFC 5280, section 4.2.1.6); wildcards stay wildcards. The
// common name is none of them: Go has ignored it since 1.15.
func CoveredNames(c *x509.Certificate) []string {
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

// NameOf names a certificate in a message, quoted: a leaf by what it covers, an authority by its
// subject.
func NameOf(c *x509.Certificate) string {
	if names := CoveredNames(c); len(names) > 0 && !c.IsCA {
		return strconv.Quote(Shorten(names[0]))
	}
	if subject := c.Subject.String(); subject != "" {
		return strconv.Quote(Shorten(subject))
	}
	return fmt.Sprintf("with serial number %s", c.SerialNumber)
}

// Shorten cuts a text that would fill more than a line, as names in a certificate may.
func Shorten(text string) string {
	if runes := []rune(text[:min(len(text), 4*maxLine)]); len(runes) > maxLine {
		return string(runes[:maxLine]) + "…"
	}
	return text
}

// List joins names for one line of a message or a table. What does not fit is counted: "a.test, b.test
// and 3997 more". Names that hold anything but printable characters come quoted, as a server could
// otherwise write whole lines of a report.
func List(names []string) string {
	line := ""
	for i, name := range names {
		name = Shorten(name)
		if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
			name = strconv.Quote(name)
		}
		switch {
		case i == 0:
			line = name
		case i == maxNames, len(line)+len(name) > maxLine:
			return fmt.Sprintf("%s and %d more", line, len(names)-i)
		default:
			line += ", " + name
		}
	}
	return line
}

// issuerName names the issuer of a certificate in a message, quoted.
func issuerName(c *x509.Certificate) string { return strconv.Quote(Shorten(c.Issuer.String())) }

// covers tells in words what a certificate is valid for, and why host is not among it.
func covers(c *x509.Certificate, host string) string {
	names := CoveredNames(c)
	switch {
	case len(names) == 0 && c.Subject.CommonName != "":
		return fmt.Sprintf("has only the common name %q, which Go and so the runner ignore", Shorten(c.Subject.CommonName))
	case len(names) == 0:
		return "names no host at all"
	case addressAsName(c, host):
		return fmt.Sprintf("has %s as a DNS name, and clients look for an address among the IP addresses only", host)
	case wildcardTooHigh(c, host):
		return "covers " + List(names) + ", and a * stands for one label only"
	}
	return "covers " + List(names)
}

// closer returns what is known more closely about a certificate that is not for the host, else f: that
// it is an ingress controller's, or has the host as its common name alone, or an address among the DNS names.
func closer(c *x509.Certificate, host string, f Finding) Finding {
	if known := IngressDefault(c); known != nil {
		return *known
	}
	if addressAsName(c, host) || onlyCommonName(c, host) {
		return Found(CodeNameForm, "certificate %s has the host %q where the runner does not look for it: it %s", NameOf(c), host, covers(c, host))
	}
	return f
}

// onlyCommonName reports whether a certificate has the host in its common name, and no other names.
func onlyCommonName(c *x509.Certificate, host string) bool {
	name := c.Subject.CommonName
	moved := x509.Certificate{DNSNames: []string{name}}
	return len(CoveredNames(c)) == 0 && name != "" && (name == host || moved.VerifyHostname(host) == nil)
}

func addressAsName(c *x509.Certificate, host string) bool {
	return net.ParseIP(host) != nil && slices.Contains(c.DNSNames, host)
}

// wildcardTooHigh reports whether a wildcard would be for the host if it stood for several labels.
func wildcardTooHigh(c *x509.Certificate, host string) bool {
	return slices.ContainsFunc(c.DNSNames, func(name string) bool {
		domain, wildcard := strings.CutPrefix(strings.ToLower(name), "*")
		return wildcard && domain != "" && strings.HasSuffix(strings.ToLower(host), domain)
	})
}
