package trust

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"net"
	"slices"
	"strings"
)

// openSSLHost and gnuTLSHost compare names as curl does with either library: by the subject
// alternative names, and by the common name where there are none.
func (d *defects) openSSLHost(leaf *x509.Certificate, host string) {
	switch covered, sure := d.coversHost(leaf, host); {
	case covered || !sure:
	case len(leaf.DNSNames) > 0 || len(leaf.IPAddresses) > 0:
		d.refuse(nameMismatch(leaf, host))
	default:
		d.commonName(leaf, host)
	}
}

func (d *defects) gnuTLSHost(leaf *x509.Certificate, host string) {
	switch covered, sure := d.coversHost(leaf, host); {
	case covered || !sure:
	case len(leaf.DNSNames) > 0 || net.ParseIP(host) != nil:
		d.refuse(nameMismatch(leaf, host))
	case len(leaf.IPAddresses) > 0 || len(leaf.URIs) > 0:
		d.doubt("certificate %s has alternative names, but no DNS name among them", NameOf(leaf))
	case !forServers(leaf):
		d.refuse(nameMismatch(leaf, host))
	default:
		d.commonName(leaf, host)
	}
}

// forServers reports whether the extended key usage allows for a server, or for anything.
func forServers(c *x509.Certificate) bool {
	for _, usage := range c.ExtKeyUsage {
		if usage == x509.ExtKeyUsageServerAuth || usage == x509.ExtKeyUsageAny {
			return true
		}
	}
	return len(c.ExtKeyUsage) == 0 && len(c.UnknownExtKeyUsage) == 0
}

// coversHost reports whether an alternative name is the host's, and whether it is sure of that.
func (d *defects) coversHost(leaf *x509.Certificate, host string) (covered, sure bool) {
	if address := net.ParseIP(host); address != nil {
		return slices.ContainsFunc(leaf.IPAddresses, address.Equal), true
	}
	if !plainHost(host) {
		d.doubt("%q is an unusual host name", host)
		return false, false
	}
	unusual := ""
	for _, name := range leaf.DNSNames {
		switch matches(name, host) {
		case StatusOK:
			return true, true
		case StatusUnknown:
			unusual = name
		}
	}
	if unusual != "" {
		d.doubt("the name %q is unusual", unusual)
	}
	return false, unusual == ""
}

// matches compares without case; a wildcard stands for the whole first label, with at least two
// labels behind it.
func matches(name, host string) Status {
	name, host = strings.ToLower(name), strings.ToLower(host)
	rest, wildcard := strings.CutPrefix(name, "*.")
	first, behind, _ := strings.Cut(host, ".")
	switch {
	case name == host, wildcard && first != "" && rest == behind && strings.Contains(rest, "."):
		return StatusOK
	case strings.HasSuffix(name, "."), strings.Contains(rest, "*"):
		return StatusUnknown
	}
	return StatusFailed
}

func (d *defects) commonName(leaf *x509.Certificate, host string) {
	count := 0
	for _, name := range leaf.Subject.Names {
		if name.Type.Equal(asn1.ObjectIdentifier{2, 5, 4, 3}) {
			count++
		}
	}
	answer := matches(leaf.Subject.CommonName, host)
	switch {
	case count > 1 || answer == StatusUnknown:
		d.doubt("certificate %s has an unusual common name", NameOf(leaf))
	case answer == StatusFailed:
		d.refuse(nameMismatch(leaf, host))
	}
}

// plainHost reports whether a host name is of letters, digits and hyphens.
func plainHost(host string) bool {
	return strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789.-") == "" && !strings.HasSuffix(host, ".")
}

func nameMismatch(leaf *x509.Certificate, host string) Finding {
	return closer(leaf, host, Finding{
		Code:    CodeNameMismatch,
		Message: fmt.Sprintf("the certificate is not for %q: it %s", host, covers(leaf, host)),
	})
}
