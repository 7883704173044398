package trust

import (
	"crypto/x509"
	"slices"
	"time"
)

// deciding are the certificates that the file works by, as long as one of them is valid: its CAs,
// and the host's own certificates that none of them issued. An empty host stands for any.
func (b *Bundle) deciding(host string) []*x509.Certificate {
	var deciding, own []*x509.Certificate
	for _, c := range b.certificates {
		switch {
		case authority(c):
			deciding = append(deciding, c)
		case host == "" || c.VerifyHostname(host) == nil:
			own = append(own, c)
		}
	}
	authorities := len(deciding)
	for _, c := range own {
		issuedHere := func(ca *x509.Certificate) bool { return likelyIssuer(ca, c) }
		if !slices.ContainsFunc(deciding[:authorities], issuedHere) {
			deciding = append(deciding, c)
		}
	}
	return deciding
}

// lastOf is the certificate that is valid longest.
func lastOf(certs []*x509.Certificate) *x509.Certificate {
	return slices.MaxFunc(certs, func(a, b *x509.Certificate) int { return a.NotAfter.Compare(b.NotAfter) })
}

// last is the certificate with which the file stops working. Where none is for the host, it is that
// for any other.
func (b *Bundle) last(host string) *x509.Certificate {
	if deciding := b.deciding(host); len(deciding) > 0 {
		return lastOf(deciding)
	}
	return lastOf(b.deciding(""))
}

// NotAfter is the moment, in UTC, at which a file with these certificates stops working for a host:
// when the last of its CAs expires, and without a CA, the host's own certificate. An empty host
// stands for any.
func (b *Bundle) NotAfter(host string) time.Time { return b.last(host).NotAfter.UTC() }

// Unusable says why a client with this bundle would not connect to host at now, whatever the server
// sends: by the rule of [Bundle.NotAfter], no certificate that counts is valid. It is nil when
// there is one. An empty host leaves the names unchecked.
func (b *Bundle) Unusable(host string, now time.Time) *Finding {
	deciding := b.deciding(host)
	if len(deciding) == 0 {
		reason := b.checkHost(host)[0]
		reason.Host = host
		return &reason
	}
	for _, c := range deciding {
		if _, outside := outsideValidity(c, now); !outside {
			return nil
		}
	}
	reason, _ := outsideValidity(lastOf(deciding), now)
	reason.Host = host
	return &reason
}
