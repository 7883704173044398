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
	"helm-runnertrust/render/added"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// fileSource is the source of the certificates in Options.Sources: a new ConfigMap has them.
type fileSource struct {
	runner  *pod.Runner
	options Options
	report  *report
	name    string                   // of the ConfigMap
	bundles map[string]*trust.Bundle // by file
	end     time.Time                // when the first of them stops working for a host
}

var _ source = (*fileSource)(nil)

// newFileSource returns the source for one runner.
func newFileSource(r *pod.Runner, options Options, report *report) (*fileSource, error) {
	name := options.configMapName(r.Object)
	if !isSubdomain(name) {
		return nil, r.Refuse(manifest.ConfigMapName, "", "%q cannot name a ConfigMap: it takes at most 253 of -, ., 0-9 and a-z", name)
	}
	return &fileSource{runner: r, options: options, report: report, name: name, bundles: map[string]*trust.Bundle{}}, nil
}

// configMapName returns the name of a runner's ConfigMap.
func (o Options) configMapName(r *manifest.Object) string {
	return cmp.Or(o.ConfigMapName, r.Name+"-certs")
}

// offers returns the certificates for a server. Several are one file for the runner.
func (s *fileSource) offers(server gitlabrunner.Server) ([]offer, error) {
	hosted := slices.DeleteFunc(slices.Clone(s.options.Sources), func(from Source) bool { return from.Host == "" })
	bundle := Choose(hosted, server.Name)
	forHost := bundle != nil
	if !forHost {
		bundle = Choose(s.options.Sources, server.Name)
	}
	if bundle == nil {
		return nil, nil
	}
	return []offer{{name: bundle.Origin(), forHost: forHost, fill: func(file string) error { return s.fill(bundle, server, file) }}}, nil
}

func (s *fileSource) fill(bundle *trust.Bundle, server gitlabrunner.Server, file string) error {
	findings, err := server.About(bundle.Check(server.Name, s.options.Now, s.options.Force))
	if err != nil {
		return err
	}
	s.report.warn(findings...)
	if end := bundle.NotAfter(server.Name); s.end.IsZero() || end.Before(s.end) {
		s.end = end
	}
	if other := s.bundles[file]; other != nil {
		bundle = trust.Merge(other, bundle)
	}
	s.bundles[file] = bundle
	return s.checkSize()
}

// maxConfigMap is how much data a ConfigMap may have, in bytes (MaxSecretSize in
// k8s.io/api/core/v1, which ValidateConfigMap holds ConfigMaps against too).
const maxConfigMap = 1 << 20

// checkSize refuses data that is too large as it is written: PEM is a third larger than DER, and
// several files come together.
func (s *fileSource) checkSize() error {
	size := 0
	for key, bundle := range s.data() {
		size += len(key) + len(bundle.PEM())
	}
	if size > maxConfigMap {
		return s.runner.Refuse(manifest.TooMuchData, "", "the ConfigMap %q would have %d bytes of certificates, more than the %d that it can hold",
			s.name, size, maxConfigMap)
	}
	return nil
}

func (s *fileSource) projections() []added.Projection {
	if len(s.bundles) == 0 {
		return nil
	}
	p := added.Projection{Kind: "ConfigMap", Name: s.name}
	for _, file := range s.fileNames() {
		p.Items = append(p.Items, added.Item{Key: s.key(file), Path: file})
	}
	return []added.Projection{p}
}

// fileNames returns the names in the certs directory, sorted.
func (s *fileSource) fileNames() []string { return slices.Sorted(maps.Keys(s.bundles)) }

// jobsKey is the key with the certificates of all files, where there are several: a job pod mounts one
// file. No file of a host has this ending.
const jobsKey = "jobs.pem"

// data returns what the ConfigMap has, by its keys.
func (s *fileSource) data() map[string]*trust.Bundle {
	data := map[string]*trust.Bundle{}
	var all []*trust.Bundle
	for _, file := range s.fileNames() {
		data[s.key(file)] = s.bundles[file]
		all = append(all, s.bundles[file])
	}
	if s.options.Jobs && len(all) > 1 {
		data[jobsKey] = trust.Merge(all...)
	}
	return data
}

func (s *fileSource) jobObjects() []Object {
	switch files := s.fileNames(); len(files) {
	case 0:
		return nil
	case 1:
		return []Object{{Kind: "ConfigMap", Name: s.name, Key: s.key(files[0])}}
	}
	return []Object{{Kind: "ConfigMap", Name: s.name, Key: jobsKey}}
}

// key returns the ConfigMap's key for a file: the file's name where a key may have it. That of an IPv6
// host starts with a bracket; its key ends in a digest, so that two files do not meet in one key.
func (s *fileSource) key(file string) string {
	key := strings.Map(keyRune, file)
	if key == file {
		return key
	}
	digest := sha256.Sum256([]byte(file))
	return fmt.Sprintf("%s-%x.crt", strings.TrimSuffix(key, ".crt"), digest[:4])
}

// keyRune returns "_" instead of what a ConfigMap's key may not have (IsConfigMapKey in
// k8s.io/apimachinery/pkg/util/validation).
func keyRune(c rune) rune {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.ContainsRune("-._", c):
		return c
	}
	return '_'
}

// checksum returns the SHA-256 of the ConfigMap's data, in hex.
func (s *fileSource) checksum() string {
	if len(s.bundles) == 0 {
		return ""
	}
	hash := sha256.New()
	data := s.data()
	for _, key := range slices.Sorted(maps.Keys(data)) {
		hash.Write(bytes.Join([][]byte{[]byte(key), data[key].PEM(), nil}, []byte{0}))
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// fingerprints returns those of all certificates, each once.
func (s *fileSource) fingerprints() []string {
	var all []string
	for _, file := range s.fileNames() {
		for _, fingerprint := range s.bundles[file].Fingerprints() {
			if !slices.Contains(all, fingerprint) {
				all = append(all, fingerprint)
			}
		}
	}
	return all
}
