package render

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"helm-runnertrust/render/manifest"
)

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

// ParseObject reads NAME[/KEY] for an object of a kind. What cannot name one is an *Error.
func ParseObject(kind, host, written string) (Object, error) {
	name, key, hasKey := strings.Cut(written, "/")
	if !hasKey {
		key = defaultKey
	}
	o := Object{Host: host, Kind: kind, Name: name, Key: key}
	return o, o.Check()
}

// Check refuses what cannot name an object, and a key that no pod gets.
func (o Object) Check() error {
	switch {
	case o.Kind != "ConfigMap" && o.Kind != "Secret":
		return manifest.NewError(manifest.BadReference, "the kind %q is neither ConfigMap nor Secret", o.Kind)
	case !isSubdomain(o.Name):
		return manifest.NewError(manifest.BadReference, "%q cannot name a %s: it takes at most 253 of -, ., 0-9 and a-z", o.Name, o.Kind)
	case !strings.ContainsAny(o.Key, "._") && strings.Contains(o.Key, "-") && !isOfCertificates().MatchString(o.Key):
		return manifest.NewError(manifest.BadReference, "%q cannot name a %s: it looks like NAMESPACE/NAME, and a pod mounts only what its own namespace has", o.Name+"/"+o.Key, o.Kind)
	case !isKey(o.Key):
		return manifest.NewError(manifest.BadReference, "%q cannot be a key of a %s: it takes at most 253 of -, ., _, 0-9, A-Z and a-z", o.Key, o.Kind)
	case o.Kind == "Secret" && holdsPrivateKey(o.Key):
		return manifest.NewError(manifest.PrivateKey, "%q of a Secret is a private key, which no pod is given", o.Key)
	}
	return nil
}

// isOfCertificates matches keys without a dot that are no names of objects.
var isOfCertificates = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|-)(ca|cas|cacerts?|certs?|certificates?|bundle|chain|crt|pem|root)(-|$)`)
})

// holdsPrivateKey reports whether a key has a name that private keys have: tls.key of a
// kubernetes.io/tls Secret, and what is named like it.
func holdsPrivateKey(key string) bool {
	name := strings.ToLower(key)
	return strings.HasSuffix(name, ".key") || strings.HasPrefix(name, "id_") || name == "key" || name == "ssh-privatekey"
}

// subdomain is a DNS subdomain (IsDNS1123Subdomain in k8s.io/apimachinery/pkg/util/validation).
var subdomain = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
})

// maxName is how long names and keys can be.
const maxName = 253

func isSubdomain(name string) bool { return len(name) <= maxName && subdomain().MatchString(name) }

// notOfKeys matches what a key of a ConfigMap or Secret may not have (IsConfigMapKey in
// k8s.io/apimachinery/pkg/util/validation).
var notOfKeys = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^-._a-zA-Z0-9]`) })

// isKey reports whether a ConfigMap or Secret can have a key.
func isKey(key string) bool {
	return key != "" && len(key) <= maxName && key != "." && !strings.HasPrefix(key, "..") && !notOfKeys().MatchString(key)
}
