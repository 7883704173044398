package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/added"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

const (
	fingerprintsAnnotation = "helm-runnertrust/fingerprints"
	notAfterAnnotation     = "helm-runnertrust/not-after"
)

// A ConfigMap has the certificates of a runner's files.
type ConfigMap struct {
	name    string
	bundles map[string]*trust.Bundle // by file
	end     time.Time                // when the first of them stops working for a host
	forJobs bool                     // job pods mount it too
}

// NewConfigMap returns a ConfigMap without certificates. It refuses what cannot be its name.
func NewConfigMap(name string) (*ConfigMap, error) {
	if !isSubdomain(name) {
		return nil, fmt.Errorf("%q cannot name a ConfigMap: it takes at most 253 of -, ., 0-9 and a-z", name)
	}
	return &ConfigMap{name: name, bundles: map[string]*trust.Bundle{}}, nil
}

// maxConfigMap is how much data a ConfigMap may have, in bytes (MaxSecretSize in
// k8s.io/api/core/v1, which ValidateConfigMap holds ConfigMaps against too).
const maxConfigMap = 1 << 20

// Add adds the certificates for a host to a file. It refuses data that is too large as it is written:
// PEM is a third larger than DER, and several files come together.
func (c *ConfigMap) Add(file, host string, bundle *trust.Bundle) error {
	if end := bundle.NotAfter(host); c.end.IsZero() || end.Before(c.end) {
		c.end = end
	}
	if other := c.bundles[file]; other != nil {
		bundle = trust.Merge(other, bundle)
	}
	c.bundles[file] = bundle
	size := 0
	for key, value := range c.data() {
		size += len(key) + len(value)
	}
	if size > maxConfigMap {
		return fmt.Errorf("the ConfigMap %q would have %d bytes of certificates, more than the %d that it can hold", c.name, size, maxConfigMap)
	}
	return nil
}

// Projection returns what a volume shows of the ConfigMap: each key as its file.
func (c *ConfigMap) Projection() added.Projection {
	p := added.Projection{Kind: "ConfigMap", Name: c.name}
	for _, file := range c.fileNames() {
		p.Items = append(p.Items, added.Item{Key: configMapKey(file), Path: file})
	}
	return p
}

// Checksum returns the SHA-256 of the data, in hex.
func (c *ConfigMap) Checksum() string {
	hash, data := sha256.New(), c.data()
	for _, key := range slices.Sorted(maps.Keys(data)) {
		hash.Write(bytes.Join([][]byte{[]byte(key), []byte(data[key]), nil}, []byte{0}))
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// Manifest returns the object, with annotations besides its own. A namespace and labels that are nil
// are left out.
func (c *ConfigMap) Manifest(namespace, labels *yaml.RNode, annotations map[string]string) (*yaml.RNode, error) {
	o := yamledit.Map(
		yamledit.Pair{Key: yaml.APIVersionField, Value: yamledit.Text("v1")},
		yamledit.Pair{Key: yaml.KindField, Value: yamledit.Text("ConfigMap")},
		yamledit.Pair{Key: yaml.MetadataField, Value: yamledit.Map(
			yamledit.Pair{Key: yaml.NameField, Value: yamledit.Text(c.name)},
			yamledit.Pair{Key: yaml.NamespaceField, Value: namespace},
			yamledit.Pair{Key: yaml.LabelsField, Value: labels},
		)},
	)
	all := map[string]string{
		fingerprintsAnnotation: strings.Join(c.fingerprints(), ","),
		notAfterAnnotation:     c.end.Format(time.RFC3339),
	}
	maps.Copy(all, annotations)
	if err := o.SetAnnotations(all); err != nil {
		return nil, err
	}
	return o, o.LoadMapIntoConfigMapData(c.data())
}

// jobsKey is the key with the certificates of all files, where there are several: a job pod mounts one
// file. No file of a host has this ending.
const jobsKey = "jobs.pem"

// data returns what the ConfigMap has, by its keys.
func (c *ConfigMap) data() map[string]string {
	data := map[string]string{}
	var all []*trust.Bundle
	for _, file := range c.fileNames() {
		data[configMapKey(file)] = string(c.bundles[file].PEM())
		all = append(all, c.bundles[file])
	}
	if c.forJobs && len(all) > 1 {
		data[jobsKey] = string(trust.Merge(all...).PEM())
	}
	return data
}

// jobObject returns the key that job pods mount.
func (c *ConfigMap) jobObject() Object {
	o := Object{Kind: "ConfigMap", Name: c.name, Key: jobsKey}
	if files := c.fileNames(); len(files) == 1 {
		o.Key = configMapKey(files[0])
	}
	return o
}

// fileNames returns the names in the certs directory, sorted.
func (c *ConfigMap) fileNames() []string { return slices.Sorted(maps.Keys(c.bundles)) }

// fingerprints returns those of all certificates, each once.
func (c *ConfigMap) fingerprints() []string {
	var all []string
	for _, file := range c.fileNames() {
		for _, fingerprint := range c.bundles[file].Fingerprints() {
			if !slices.Contains(all, fingerprint) {
				all = append(all, fingerprint)
			}
		}
	}
	return all
}

// configMapKey returns the key for a file: the file's name where a key may have it. That of an IPv6
// host starts with a bracket; its key ends in a digest, so that two files do not meet in one key.
func configMapKey(file string) string {
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
