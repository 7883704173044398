package render

import (
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/trust"
)

// Source is certificates for one host, or for every host that has none of its own.
type Source struct {
	// Host is the name of the server that the certificates are for, without port and brackets, its case
	// kept because the runner keeps it; empty for every host.
	Host string
	// Bundle is what was read; never nil.
	Bundle *trust.Bundle
	// FromFolder says that Host is the stem of a file name in a folder.
	FromFolder bool
}

// Choose returns the certificates for a host: those for this host, else those for
// every host, each merged into one bundle; nil when there is neither. Host names compare without
// case, as in TLS, and in ASCII. A file in a folder has the name that the runner looks for, which
// for an IPv6 address is only its beginning.
func Choose(sources []Source, host string) *trust.Bundle {
	var own, general []*trust.Bundle
	file := gitlabrunner.ForHost(host).CertFile
	for _, source := range sources {
		switch {
		case source.Host == "":
			general = append(general, source.Bundle)
		case strings.EqualFold(gitlabrunner.ASCIIName(source.Host), gitlabrunner.ASCIIName(host)), source.FromFolder && strings.EqualFold(source.Host+".crt", file):
			own = append(own, source.Bundle)
		}
	}
	if len(own) > 0 {
		return trust.Merge(own...)
	}
	return trust.Merge(general...)
}
