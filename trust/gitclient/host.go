package gitclient

import (
	"crypto/x509"
	"encoding/asn1"
	"net"
	"strings"

	"helm-runnertrust/trust"
)

// coverage returns whether a certificate is for the host, as curl compares with either library: by
// the alternative names, and by the common name where there are none, which is never ok here.
func coverage(leaf *x509.Certificate, host string) trust.Status {
	names := leaf.DNSNames
	if address := net.ParseIP(host); address != nil {
		for _, covered := range leaf.IPAddresses {
			if covered.Equal(address) {
				return trust.StatusOK
			}
		}
		names = nil
		if len(leaf.DNSNames) > 0 || len(leaf.IPAddresses) > 0 {
			return trust.StatusFailed
		}
	} else if !plainName(strings.ToLower(host)) {
		return trust.StatusUnknown
	}
	answer := trust.StatusFailed
	for _, name := range names {
		switch matches(name, host) {
		case trust.StatusOK:
			return trust.StatusOK
		case trust.StatusUnknown:
			answer = trust.StatusUnknown
		}
	}
	if len(names) > 0 {
		return answer
	}
	for _, attribute := range leaf.Subject.Names {
		name, _ := attribute.Value.(string)
		if attribute.Type.Equal(asn1.ObjectIdentifier{2, 5, 4, 3}) && matches(name, host) != trust.StatusFailed {
			return trust.StatusUnknown
		}
	}
	return trust.StatusFailed
}

// matches compares without case; a wildcard stands for the whole first label, with at least two
// labels behind it.
func matches(name, host string) trust.Status {
	name, host = strings.ToLower(name), strings.ToLower(host)
	rest, wildcard := strings.CutPrefix(name, "*.")
	first, behind, _ := strings.Cut(host, ".")
	switch {
	case name == host, wildcard && first != "" && rest == behind && strings.Contains(rest, "."):
		return trust.StatusOK
	case strings.HasSuffix(name, "."), strings.Contains(rest, "*"):
		return trust.StatusUnknown
	}
	return trust.StatusFailed
}

// plainName reports whether a DNS name is of small letters, digits, hyphens and single dots between
// them.
func plainName(name string) bool {
	for _, label := range strings.Split(name, ".") {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}
