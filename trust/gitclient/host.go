package gitclient

import (
	"crypto/x509"
	"net"
	"slices"
	"strings"

	"helm-runnertrust/trust"
)

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
