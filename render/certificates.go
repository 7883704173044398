package render

import (
	"slices"
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
		case sameHost(source.Host, host), source.FromFolder && strings.EqualFold(source.Host+".crt", file):
			own = append(own, source.Bundle)
		}
	}
	if len(own) > 0 {
		return trust.Merge(own...)
	}
	return trust.Merge(general...)
}

// sameHost compares two names of hosts, without case.
func sameHost(a, b string) bool {
	return strings.EqualFold(gitlabrunner.ASCIIName(a), gitlabrunner.ASCIIName(b))
}

// An Offer is what a runner's file for a server can hold: certificates, or the key of an object.
type Offer struct {
	Bundle  *trust.Bundle // nil for an object
	Object  Object
	ForHost bool // for this very host, instead of for every one
}

// String returns the name in messages: a file, an object with its key.
func (o Offer) String() string {
	if o.Bundle != nil {
		return o.Bundle.Origin()
	}
	return o.Object.String()
}

// Offers returns what the options have for a host: what is for this host, else what is for every one.
// The certificates are one offer, since they can be merged.
func (o Options) Offers(host string) []Offer {
	var forHost, general []Offer
	hosted := slices.DeleteFunc(slices.Clone(o.Sources), func(from Source) bool { return from.Host == "" })
	if bundle := Choose(hosted, host); bundle != nil {
		forHost = append(forHost, Offer{Bundle: bundle, ForHost: true})
	} else if bundle := Choose(o.Sources, host); bundle != nil {
		general = append(general, Offer{Bundle: bundle})
	}
	for i, object := range o.Objects {
		switch {
		case slices.Contains(o.Objects[:i], object):
		case object.Host == "":
			general = append(general, Offer{Object: object})
		case sameHost(object.Host, host):
			forHost = append(forHost, Offer{Object: object, ForHost: true})
		}
	}
	if len(forHost) > 0 {
		return forHost
	}
	return general
}
