package render

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
)

// Source is certificates for one host, or for every host that has none of its own.
type Source struct {
	// Host is the name of the server that the certificates are for, without port and brackets, its case
	// kept because the runner keeps it; empty for every host.
	Host       string
	Bundle     *trust.Bundle // what was read; never nil
	FromFolder bool          // Host is the stem of a file name in a folder
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
	return Offer{}, refuse(manifest.NoCertificate, "there is no certificate for the host %q%s", host, where)
}

// An Object is a key of a Secret or ConfigMap that is in the runner's namespace, or will be: its
// owner (cert-manager, trust-manager, a chart) brings it there and renews it.
type Object struct {
	Host string // as in Source; "" for every host
	Kind string // "Secret" or "ConfigMap"
	Name string
	Key  string // "ca.crt"
}

// String returns the name in messages: "Secret/gitlab-tls, key ca.crt".
func (o Object) String() string { return fmt.Sprintf("%s/%s, key %s", o.Kind, o.Name, o.Key) }

// defaultKey is the key of an object that is named without one: cert-manager and trust-manager write it.
const defaultKey = "ca.crt"

// ParseObject reads NAME[/KEY] for an object of a kind. What cannot name one is an *Error, and so is what people type
// who mean NAMESPACE/NAME: a key without a dot or a word of certificates.
func ParseObject(kind, host, written string) (Object, error) {
	name, key, hasKey := strings.Cut(written, "/")
	if !hasKey {
		key = defaultKey
	}
	o := Object{Host: host, Kind: kind, Name: name, Key: key}
	err := o.Check()
	if err == nil && !strings.Contains(key, ".") && manifest.IsName(key) && !isOfCertificates().MatchString(key) {
		err = manifest.NewError(manifest.BadReference, "%q cannot name a %s: it looks like NAMESPACE/NAME, and a pod mounts only what its own namespace has", written, kind)
	}
	return o, err
}

// Check refuses what cannot name an object, and a key that no pod gets.
func (o Object) Check() error {
	switch {
	case o.Kind != "ConfigMap" && o.Kind != "Secret":
		return manifest.NewError(manifest.BadReference, "the kind %q is neither ConfigMap nor Secret", o.Kind)
	case !manifest.IsName(o.Name):
		return manifest.NewError(manifest.BadReference, "%q cannot name a %s: it takes at most 253 of -, ., 0-9 and a-z", o.Name, o.Kind)
	case !isKey(o.Key):
		return manifest.NewError(manifest.BadReference, "%q cannot be a key of a %s: it takes at most 253 of -, ., _, 0-9, A-Z and a-z", o.Key, o.Kind)
	case o.Kind == "Secret" && holdsPrivateKey(o.Key):
		return manifest.NewError(manifest.PrivateKey, "%q of a Secret is a private key, which no pod may have", o.Key)
	}
	return nil
}

// isOfCertificates matches keys without a dot that may be what they are: "cacert", "gitlab-ca".
var isOfCertificates = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|-)(ca|cas|cacerts?|certs?|certificates?|bundle|chain|crt|pem|root)(-|$)`)
})

// holdsPrivateKey reports whether a key has a name that private keys have: tls.key of a
// kubernetes.io/tls Secret, and what is named like it.
func holdsPrivateKey(key string) bool {
	name := strings.ToLower(key)
	return strings.HasSuffix(name, ".key") || strings.HasPrefix(name, "id_") || name == "key" || name == "ssh-privatekey"
}

// notOfKeys matches what a key of a ConfigMap or Secret may not have (IsConfigMapKey in
// k8s.io/apimachinery/pkg/util/validation).
var notOfKeys = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^-._a-zA-Z0-9]`) })

// isKey reports whether a ConfigMap or Secret can have a key.
func isKey(key string) bool {
	return key != "" && len(key) <= manifest.MaxName && key != "." && !strings.HasPrefix(key, "..") && !notOfKeys().MatchString(key)
}
