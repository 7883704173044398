package render

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/trust"
)

// given is the source of certificates that somebody gave: a ConfigMap of ours holds them.
type given struct {
	runner  *runner
	options Options
	warn    func(Warning)
	name    string                   // of the ConfigMap
	bundles map[string]*trust.Bundle // by file
	end     time.Time                // when the first of them stops working for a host
}

var _ source = (*given)(nil)

// newGiven is the source for one runner.
func newGiven(r *runner, options Options, warn func(Warning)) (*given, error) {
	name := options.configMapName(r)
	if !isSubdomain(name) {
		return nil, r.refuse(ConfigMapName, "", "%q cannot name a ConfigMap: it takes at most 253 of -, ., 0-9 and a-z", name)
	}
	return &given{runner: r, options: options, warn: warn, name: name, bundles: map[string]*trust.Bundle{}}, nil
}

// configMapName is the name of a runner's ConfigMap.
func (o Options) configMapName(r *runner) string { return cmp.Or(o.ConfigMapName, r.name+"-certs") }

// offers is the files that were given. Several for one host are one file for the runner.
func (g *given) offers(server gitlabrunner.Server) ([]offer, error) {
	hosted := slices.DeleteFunc(slices.Clone(g.options.Sources), func(s Source) bool { return s.Host == "" })
	bundle := Choose(hosted, server.Name)
	own := bundle != nil
	if !own {
		bundle = Choose(g.options.Sources, server.Name)
	}
	if bundle == nil {
		return nil, nil
	}
	return []offer{{name: bundle.Origin(), own: own, fill: func(file string) error { return g.fill(bundle, server, file) }}}, nil
}

func (g *given) fill(bundle *trust.Bundle, server gitlabrunner.Server, file string) error {
	findings, err := server.About(bundle.Check(server.Name, g.options.Now, g.options.Force))
	if err != nil {
		return err
	}
	for _, finding := range findings {
		g.warn(finding)
	}
	if end := bundle.NotAfter(server.Name); g.end.IsZero() || end.Before(g.end) {
		g.end = end
	}
	if other := g.bundles[file]; other != nil {
		bundle = trust.Merge(other, bundle)
	}
	g.bundles[file] = bundle
	return g.checkSize()
}

// maxConfigMap is how much data a ConfigMap may have, in bytes (MaxSecretSize in
// k8s.io/api/core/v1, which ValidateConfigMap holds ConfigMaps against too).
const maxConfigMap = 1 << 20

// checkSize holds the data against it as it is written: PEM is a third larger than DER, and several
// files come together.
func (g *given) checkSize() error {
	size := 0
	for file, bundle := range g.bundles {
		size += len(g.key(file)) + len(bundle.PEM())
	}
	if size > maxConfigMap {
		return g.runner.refuse(TooMuchData, "", "the ConfigMap %q would have %d bytes of certificates, more than the %d that it can hold",
			g.name, size, maxConfigMap)
	}
	return nil
}

func (g *given) projections() []projection {
	if len(g.bundles) == 0 {
		return nil
	}
	p := projection{kind: "configMap", name: g.name, owner: g.runner}
	for _, file := range g.files() {
		p.items = append(p.items, item{key: g.key(file), path: file})
	}
	return []projection{p}
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
	if len(g.bundles) == 0 {
		return ""
	}
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
