package trust

import "time"

// Unusable says why a client with this bundle would not connect to host at now, whatever the server
// sends: no certificate is both valid and either a CA or for the host. It is nil when there is one.
// An empty host leaves the names unchecked.
func (b *Bundle) Unusable(host string, now time.Time) *Finding {
	var reasons []Finding
	for _, c := range b.certificates {
		if f, outside := outsideValidity(c, now); outside {
			reasons = append(reasons, f)
		} else if host == "" || authority(c) || c.VerifyHostname(host) == nil {
			return nil
		}
	}
	reasons = append(reasons, b.checkHost(host)...)
	reason := reasons[0]
	reason.Host = host
	return &reason
}
