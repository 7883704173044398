package render

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"helm-runnertrust/trust"
)

// given is the source of certificates that somebody gave: a ConfigMap of ours holds them.
type given struct {
	runner  *runner
	options Options
	name    string                   // of the ConfigMap
	bundles map[string]*trust.Bundle // by file
}

var _ source = (*given)(nil)

// newGiven is the source for one runner.
func newGiven(r *runner, options Options) (*given, error) {
	name := cmp.Or(options.ConfigMapName, r.name+"-certs")
	if !subdomain().MatchString(name) || len(name) > 253 {
		return nil, r.refuse(ConfigMapName, "", "%q cannot name a ConfigMap: it takes at most 253 of a-z, 0-9, - and .", name)
	}
	return &given{runner: r, options: options, name: name, bundles: map[string]*trust.Bundle{}}, nil
}

// subdomain is a DNS subdomain (IsDNS1123Subdomain in k8s.io/apimachinery/pkg/util/validation).
var subdomain = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
})

func (g *given) fill(server trust.Server, file string, warn func(Warning)) error {
	bundle := trust.Choose(g.options.Sources, server.Name)
	if bundle == nil {
		return about(server, g.runner.refuse(NoCertificate, "", "no certificate is given for the host %q of its %s, only for: %s",
			server.Name, trust.ServerURLVariable, cmp.Or(strings.Join(g.options.hosts(), ", "), "none")))
	}
	findings, err := server.About(bundle.Check(server.Name, g.options.Now, g.options.Force))
	if err != nil {
		return err
	}
	for _, finding := range findings {
		warn(finding)
	}
	if other := g.bundles[file]; other != nil {
		bundle = trust.Merge(other, bundle)
	}
	g.bundles[file] = bundle
	return nil
}

func (g *given) projection() projection {
	p := projection{kind: "configMap", name: g.name}
	for _, file := range g.files() {
		p.items = append(p.items, item{key: g.key(file), path: file})
	}
	return p
}

// files are the names in the certs directory, sorted.
func (g *given) files() []string { return slices.Sorted(maps.Keys(g.bundles)) }

// key is the ConfigMap's key for a file: the file's name where a key may have it. That of an IPv6
// host starts with a bracket; its key ends in a digest, so that two files do not meet in one key.
func (g *given) key(file string) string {
	key := strings.Map(keyRune, file)
	if key == file {
		return key
	}
	digest := sha256.Sum256([]byte(file))
	return fmt.Sprintf("%s-%x.crt", strings.TrimSuffix(key, ".crt"), digest[:4])
}

// keyRune puts "_" in the place of what a ConfigMap's key may not have (IsConfigMapKey in
// k8s.io/apimachinery/pkg/util/validation).
func keyRune(c rune) rune {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.ContainsRune("-._", c):
		return c
	}
	return '_'
}

// checksum is the SHA-256 of the ConfigMap's data, in hex.
func (g *given) checksum() string {
	hash := sha256.New()
	for _, file := range g.files() {
		hash.Write(bytes.Join([][]byte{[]byte(g.key(file)), g.bundles[file].PEM(), nil}, []byte{0}))
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// fingerprints are those of all certificates, each once.
func (g *given) fingerprints() []string {
	var all []string
	for _, file := range g.files() {
		for _, fingerprint := range g.bundles[file].Fingerprints() {
			if !slices.Contains(all, fingerprint) {
				all = append(all, fingerprint)
			}
		}
	}
	return all
}

// notAfter is when the first certificate expires.
func (g *given) notAfter() time.Time {
	var first time.Time
	for _, bundle := range g.bundles {
		if end := bundle.NotAfter(); first.IsZero() || end.Before(first) {
			first = end
		}
	}
	return first
}
