package render

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// An Object is a key of a Secret or ConfigMap that is in the runner's namespace, or will be: its
// owner (cert-manager, trust-manager, a chart) brings it there and renews it.
type Object struct {
	Host string // that it is given for, as in Source; "" for every host
	Kind string // "Secret" or "ConfigMap"
	Name string
	Key  string // "ca.crt"
}

// String is how messages name it: "Secret/gitlab-tls, key ca.crt".
func (o Object) String() string { return fmt.Sprintf("%s/%s, key %s", o.Kind, o.Name, o.Key) }

const (
	defaultKey = "ca.crt"  // of an object that is named without one; cert-manager and trust-manager write it
	servedKey  = "tls.crt" // of a kubernetes.io/tls Secret, what the server sends
)

// ParseObject reads NAME[/KEY] for an object of a kind. What cannot name one is an *Error.
func ParseObject(kind, host, written string) (Object, error) {
	name, key, hasKey := strings.Cut(written, "/")
	if !hasKey {
		key = defaultKey
	}
	o := Object{Host: host, Kind: kind, Name: name, Key: key}
	return o, o.check()
}

// check refuses what names no object, and a key that pods are not given.
func (o Object) check() error {
	refuse := func(code Code, format string, args ...any) error {
		return &Error{Code: code, Err: fmt.Errorf(format, args...)}
	}
	shown, ok := mountableFor(o.Kind)
	switch {
	case !ok || shown.kind != o.Kind:
		return refuse(BadReference, "the kind %q is neither ConfigMap nor Secret", o.Kind)
	case !isSubdomain(o.Name):
		return refuse(BadReference, "%q cannot name a %s: it takes at most 253 of -, ., 0-9 and a-z", o.Name, o.Kind)
	case !isKey(o.Key):
		return refuse(BadReference, "%q cannot be a key of a %s: it takes at most 253 of -, ., _, 0-9, A-Z and a-z", o.Key, o.Kind)
	case o.Kind == "Secret" && holdsPrivateKey(o.Key):
		return refuse(PrivateKey, "%q of a Secret is a private key, which no pod is given", o.Key)
	}
	return nil
}

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

func isSubdomain(name string) bool { return len(name) <= 253 && subdomain().MatchString(name) }

// isKey reports whether a ConfigMap or Secret can have a key (IsConfigMapKey in
// k8s.io/apimachinery/pkg/util/validation).
func isKey(key string) bool {
	return key != "" && len(key) <= 253 && key != "." && !strings.HasPrefix(key, "..") && strings.Map(keyRune, key) == key
}
