package trust

import "strings"

// Choose returns the trust material for a host: what was given for this host, else what was
// given for every host, each merged into one bundle; nil when there is neither. Host names
// compare without case, as in TLS.
func Choose(sources []Source, host string) *Bundle {
	var own, general []*Bundle
	for _, source := range sources {
		switch {
		case source.Host == "":
			general = append(general, source.Bundle)
		case strings.EqualFold(source.Host, host):
			own = append(own, source.Bundle)
		}
	}
	if len(own) > 0 {
		return Merge(own...)
	}
	return Merge(general...)
}
