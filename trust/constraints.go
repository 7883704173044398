package trust

import (
	"crypto/x509"
	"encoding/asn1"
	"net"
	"slices"
	"strings"
)

// openSSLNames holds the names of c against the name constraints of a CA above it (RFC 5280,
// section 4.2.1.10). Of a leaf without DNS names the common name counts, if it looks like a host's
// (v3_ncons.c, cn2dnsid).
func (d *defects) openSSLNames(ca, c *x509.Certificate, leaf bool) {
	names := c.DNSNames
	if cn := c.Subject.CommonName; leaf && len(names) == 0 && strings.Contains(cn, ".") && plainHost(strings.ReplaceAll(cn, "_", "-")) {
		names = []string{cn}
	}
	d.checkConstraints(ca, c, names)
}

// gnuTLSConstraints does so for the leaf only. GnuTLS merges the constraints of several CAs, and
// 3.7 loses some of them on the way.
func gnuTLSConstraints(chain []*x509.Certificate) defects {
	var d defects
	constraining := 0
	for _, ca := range chain[1:] {
		if hasExtension(ca, nameConstraints) {
			constraining++
			d.gnuTLSNames(ca, chain[0])
		}
	}
	if constraining > 1 && d.fatal() {
		return d.asDoubt("git with GnuTLS may not connect: ")
	}
	return d
}

// gnuTLSNames takes any common name of a certificate for servers for a host's. It has doubts where
// the case matters, which GnuTLS minded for years, and where the leaf is a CA, whose common name
// some versions pass over (name_constraints.c).
func (d *defects) gnuTLSNames(ca, leaf *x509.Certificate) {
	names, passedOver := leaf.DNSNames, false
	if cn := leaf.Subject.CommonName; len(names) == 0 && cn != "" && forServers(leaf) {
		names, passedOver = []string{cn}, leaf.IsCA
	}
	for _, name := range names {
		otherwise := passedOver || permitted(name, ca.PermittedDNSDomains, ca.ExcludedDNSDomains, inDomain)
		if otherwise != permittedDomain(ca, name) {
			d.doubt("the name %q of %s is permitted by %s in some versions of GnuTLS only", name, NameOf(leaf), NameOf(ca))
			return
		}
	}
	d.checkConstraints(ca, leaf, names)
}

func (d *defects) checkConstraints(ca, c *x509.Certificate, names []string) {
	if !plainConstraints(ca) {
		d.doubt("CA certificate %s has unusual name constraints", NameOf(ca))
	}
	for _, name := range names {
		if !permittedDomain(ca, name) {
			d.refuse(unacceptable(c, "has the name %q, which %s does not permit", name, NameOf(ca)))
		}
	}
	for _, ip := range c.IPAddresses {
		if !permitted(ip, ca.PermittedIPRanges, ca.ExcludedIPRanges, (*net.IPNet).Contains) {
			d.refuse(unacceptable(c, "has the address %s, which %s does not permit", ip, NameOf(ca)))
		}
	}
}

func permittedDomain(ca *x509.Certificate, name string) bool {
	return permitted(strings.ToLower(name), lower(ca.PermittedDNSDomains), lower(ca.ExcludedDNSDomains), inDomain)
}

// permitted reports whether none of the excluded constraints holds the name and, if any are
// allowed, one of these does.
func permitted[N, C any](name N, allowed, excluded []C, holds func(C, N) bool) bool {
	of := func(constraint C) bool { return holds(constraint, name) }
	return !slices.ContainsFunc(excluded, of) && (len(allowed) == 0 || slices.ContainsFunc(allowed, of))
}

func inDomain(domain, name string) bool {
	return domain == "" || domain == name || strings.HasSuffix(name, "."+strings.TrimPrefix(domain, "."))
}

func lower(names []string) []string {
	var lowered []string
	for _, name := range names {
		lowered = append(lowered, strings.ToLower(name))
	}
	return lowered
}

var nameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}

// plainConstraints reports whether all name constraints, if any, are on DNS names and addresses, of
// which crypto/x509 knows as much as the libraries.
func plainConstraints(ca *x509.Certificate) bool {
	const dnsName, ipAddress = 2, 7 // tags of GeneralName
	var constraints struct {
		Permitted []struct{ Base asn1.RawValue } `asn1:"optional,tag:0"`
		Excluded  []struct{ Base asn1.RawValue } `asn1:"optional,tag:1"`
	}
	for _, extension := range ca.Extensions {
		if !extension.Id.Equal(nameConstraints) {
			continue
		}
		if _, err := asn1.Unmarshal(extension.Value, &constraints); err != nil {
			return false
		}
		for _, subtree := range slices.Concat(constraints.Permitted, constraints.Excluded) {
			if subtree.Base.Tag != dnsName && subtree.Base.Tag != ipAddress {
				return false
			}
		}
	}
	return true
}
