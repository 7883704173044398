package render

import (
	"slices"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
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

// Choose returns the certificates for a host: those for this host, else those for every host, each
// merged into one bundle; nil when there is neither. Host names compare without case, as in TLS, and in
// ASCII. A file in a folder has the name that the runner looks for, which for an IPv6 address is only
// its beginning.
func Choose(sources []Source, host string) (bundle *trust.Bundle, forHost bool) {
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
		return trust.Merge(own...), true
	}
	return trust.Merge(general...), false
}

// sameHost compares two names of hosts, without case.
func sameHost(a, b string) bool {
	return strings.EqualFold(gitlabrunner.ASCIIName(a), gitlabrunner.ASCIIName(b))
}

// An Offer is what a runner's file for a server can hold: certificates, or the key of an object.
type Offer struct {
	Bundle  *trust.Bundle // nil for an object
	Object  Object        // without a host
	ForHost bool          // for this very host, instead of for every one
	By      string        // the Ingress or Gateway that names the object for the host; "" for the options
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
func (o Options) Offers(host string) (offers []Offer) {
	if bundle, forHost := Choose(o.Sources, host); bundle != nil {
		offers = append(offers, Offer{Bundle: bundle, ForHost: forHost})
	}
	for _, object := range o.Objects {
		offer := Offer{Object: object, ForHost: object.Host != ""}
		offer.Object.Host = ""
		if (object.Host == "" || sameHost(object.Host, host)) && !slices.Contains(offers, offer) {
			offers = append(offers, offer)
		}
	}
	if slices.ContainsFunc(offers, func(o Offer) bool { return o.ForHost }) {
		offers = slices.DeleteFunc(offers, func(o Offer) bool { return !o.ForHost })
	}
	return offers
}

// A Refuse makes the error of a runner, with its place.
type Refuse func(code trust.Code, format string, args ...any) error

// Only returns the one offer that a runner's file for a host comes from. Two are refused, since the
// runner reads one file. where says where else none was found, if the options are for no host.
func (o Options) Only(offers []Offer, host, where string, refuse Refuse) (Offer, error) {
	if len(offers) == 1 {
		return offers[0], nil
	}
	var names []string
	for _, offer := range offers {
		names = append(names, offer.String())
	}
	if len(names) > 0 {
		return Offer{}, refuse(manifest.TwoSources, "the runner's certificate is to come from %s, and a runner reads one file", strings.Join(names, " and from "))
	}
	if hosts := o.Hosts(); len(hosts) > 0 {
		where = ", only for: " + strings.Join(hosts, ", ")
	}
	return Offer{}, refuse(manifest.NoCertificate, "no certificate is given for the host %q%s", host, where)
}
