package matrix

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"net"
	"net/url"
)

// constraints are name constraints, on DNS names mostly.
func constraints(h *hierarchy) bool {
	_, ca := h.ca()
	if ca == nil {
		return false
	}
	ca.PermittedDNSDomainsCritical = h.IntN(4) > 0
	domain := pick(h.Rand, "test", h.host, "corp.test", ".test", "example.com", "lab.test", "itlab.test")
	network := []*net.IPNet{{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}}
	switch h.IntN(16) {
	case 0, 1, 2:
		ca.PermittedDNSDomains = []string{domain}
	case 3, 4, 5:
		ca.PermittedDNSDomains = []string{domain, "example.com"}
	case 6, 7, 8, 9, 10:
		ca.ExcludedDNSDomains = []string{domain}
	case 11, 12:
		ca.PermittedIPRanges = network
	case 13, 14:
		ca.ExcludedIPRanges = network
	default:
		ca.ExcludedEmailAddresses = []string{"example.com"}
	}
	h.note("%s permits %q %v, excludes %q %v %q", ca.Subject.CommonName, ca.PermittedDNSDomains, ca.PermittedIPRanges,
		ca.ExcludedDNSDomains, ca.ExcludedIPRanges, ca.ExcludedEmailAddresses)
	return true
}

// commonName leaves the DNS names out.
func commonName(h *hierarchy) bool {
	h.leaf.DNSNames = nil
	h.leaf.Subject.CommonName = pick(h.Rand, h.host, h.host, "other.test", "*.test", "*.corp.test", "")
	if len(h.cas) == 0 && h.leaf.Subject.CommonName == "" {
		h.leaf.Subject.CommonName = h.host
	}
	switch h.IntN(8) {
	case 0:
		h.leaf.EmailAddresses = []string{"admin@gitlab.test"}
	case 1:
		h.leaf.IPAddresses = loopback()
	case 2:
		h.leaf.URIs = []*url.URL{{Scheme: "https", Host: h.host}}
	case 3:
		for _, name := range []string{h.leaf.Subject.CommonName, h.host} {
			h.leaf.Subject.ExtraNames = append(h.leaf.Subject.ExtraNames,
				pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: name})
		}
	}
	h.note("the leaf has the common name %q %v, emails %q, addresses %v, URIs %v", h.leaf.Subject.CommonName,
		h.leaf.Subject.ExtraNames, h.leaf.EmailAddresses, h.leaf.IPAddresses, h.leaf.URIs)
	return true
}

func otherNames(h *hierarchy) bool {
	h.leaf.DNSNames = pick(h.Rand, []string{"other.test"}, []string{"*.test"}, []string{"*.corp.test"},
		[]string{"other.test", h.host}, []string{"GITLAB.TEST", "gitlab.corp.TEST"}, []string{"git*.test", "*lab.corp.test"},
		[]string{"gitlab.test.", "gitlab.corp.test."}, []string{"*"})
	if h.IntN(2) == 0 {
		h.leaf.Subject.CommonName = h.host
	}
	h.note("the leaf has the names %q", h.leaf.DNSNames)
	return true
}

// address makes an IP address the host.
func address(h *hierarchy) bool {
	h.host = "127.0.0.1"
	h.leaf.DNSNames, h.leaf.IPAddresses = nil, loopback()
	if len(h.cas) == 0 {
		h.leaf.Subject.CommonName = h.host
	}
	switch h.IntN(6) {
	case 0:
		h.leaf.DNSNames, h.leaf.IPAddresses = []string{h.host}, nil
	case 1:
		h.leaf.IPAddresses, h.leaf.Subject.CommonName = nil, h.host
	case 2:
		h.leaf.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 1)}
	case 3:
		h.leaf.DNSNames = []string{"gitlab.test"}
	}
	h.note("the host is an address; the leaf has %q %v %q", h.leaf.DNSNames, h.leaf.IPAddresses, h.leaf.Subject.CommonName)
	return true
}

func loopback() []net.IP { return []net.IP{net.IPv4(127, 0, 0, 1)} }
