package trust

import "strings"

// Choose returns the trust material for a host: what was given for this host, else what was
// given for every host, each merged into one bundle; nil when there is neither. Host names
// compare without case, as in TLS. A file in a folder has the name that the runner looks for,
// which for an IPv6 address is only its beginning.
func Choose(sources []Source, host string) *Bundle {
	var own, general []*Bundle
	file := ServerForHost(host).CertFile
	for _, source := range sources {
		switch {
		case source.Host == "":
			general = append(general, source.Bundle)
		case strings.EqualFold(source.Host, host), source.FromFolder && strings.EqualFold(source.Host+".crt", file):
			own = append(own, source.Bundle)
		}
	}
	if len(own) > 0 {
		return Merge(own...)
	}
	return Merge(general...)
}
