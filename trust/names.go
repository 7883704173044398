package trust

import (
	"crypto/x509"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// maxNames is how many names of a certificate a message lists.
const maxNames = 10

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
		return fmt.Sprintf("%q", names[0])
	}
	if subject := c.Subject.String(); subject != "" {
		return fmt.Sprintf("%q", subject)
	}
	return fmt.Sprintf("with serial number %s", c.SerialNumber)
}

// Printable is text from a certificate as it may be shown: names that hold anything but printable
// characters come quoted, as a server could otherwise write whole lines of a report.
func Printable(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

// covers tells in words what a certificate is valid for.
func covers(c *x509.Certificate) string {
	names := CoveredNames(c)
	for i, name := range names {
		names[i] = Printable(name)
	}
	switch {
	case len(names) == 0 && c.Subject.CommonName != "":
		return fmt.Sprintf("has only the common name %q, which Go and so the runner ignore", c.Subject.CommonName)
	case len(names) == 0:
		return "names no host at all"
	case len(names) > maxNames:
		return fmt.Sprintf("covers %s and %d more", strings.Join(names[:maxNames], ", "), len(names)-maxNames)
	}
	return "covers " + strings.Join(names, ", ")
}
