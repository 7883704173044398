package render

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"helm-runnertrust/trust"
)

// certs is what one runner is given: the files of its certs directories, and
// the ConfigMap that holds them.
type certs struct {
	name    string                   // of the ConfigMap
	bundles map[string]*trust.Bundle // by file name in the certs directory
}

// material chooses and checks the trust material of a runner, and completes
// what its containers' manifests did not tell.
func (f *filter) material(r *runner) (*certs, error) {
	if r.name == "" {
		return nil, r.refuse(BadDocument, "metadata.name", "it is missing")
	}
	c := &certs{name: f.options.ConfigMapName, bundles: map[string]*trust.Bundle{}}
	if c.name == "" {
		c.name = r.name + "-certs"
	}
	if !configMapName.MatchString(c.name) || len(c.name) > 253 {
		return nil, r.refuse(ConfigMapName, "", "%q cannot name a ConfigMap: it takes at most 253 of a-z, 0-9, - and .", c.name)
	}
	for _, container := range r.containers {
		if err := f.complete(r, container); err != nil {
			return nil, err
		}
		host := container.server.Name
		bundle := trust.Choose(f.options.Sources, host)
		if bundle == nil {
			return nil, r.refuse(NoCertificate, "", "no certificate is given for the host %q of its %s, only for: %s",
				host, trust.ServerURLVariable, cmp.Or(strings.Join(f.hosts(), ", "), "none"))
		}
		findings, err := bundle.Check(host, f.options.Now, f.options.Force)
		if err != nil {
			return nil, err
		}
		for _, finding := range findings {
			f.warn(finding)
		}
		if other := c.bundles[container.server.CertFile]; other != nil {
			bundle = trust.Merge(other, bundle)
		}
		c.bundles[container.server.CertFile] = bundle
	}
	return c, nil
}

// configMapName is a DNS subdomain (IsDNS1123Subdomain in
// k8s.io/apimachinery/pkg/util/validation).
var configMapName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)

// complete reads what the runner's rules need from the manifest, and takes
// the rest from the options.
func (f *filter) complete(r *runner, c *container) error {
	if err := f.refuseCAFile(r, c); err != nil {
		return err
	}
	if err := r.readServer(c); err != nil {
		return err
	}
	if c.server.Name == "" {
		host, err := f.onlyHost()
		if err != nil {
			return r.refuse(HostUnknown, "container "+c.name+", env "+trust.ServerURLVariable, "its value is %w, and %w", errUnknown, err)
		}
		c.server = trust.ServerForHost(host)
	}
	if c.server.Plain {
		f.warn(Warning{Code: PlainHTTP, Object: r.String(), Message: trust.ServerURLVariable +
			" is an http:// URL, so the runner looks at no certificate"})
	}
	return f.chooseCertsDir(r, c)
}

// chooseCertsDir takes the certs directory of the options, else the runner's.
func (f *filter) chooseCertsDir(r *runner, c *container) error {
	if f.options.CertsDir == "" {
		return r.readCertsDir(c)
	}
	if c.certsDir = path.Clean(f.options.CertsDir); !path.IsAbs(c.certsDir) {
		return &Error{Code: DirUnknown, Err: fmt.Errorf("the certs directory %q is not an absolute path", f.options.CertsDir)}
	}
	return nil
}

// hosts are those that sources are given for, sorted.
func (f *filter) hosts() []string {
	hosts := map[string]string{} // in lower case → as it was given
	for _, source := range f.options.Sources {
		if source.Host != "" {
			hosts[strings.ToLower(source.Host)] = source.Host
		}
	}
	return slices.Sorted(maps.Values(hosts))
}

// onlyHost is the host of the sources, when they agree on one.
func (f *filter) onlyHost() (string, error) {
	hosts := f.hosts()
	switch len(hosts) {
	case 0:
		return "", errors.New("no source names a host")
	case 1:
		return hosts[0], nil
	}
	return "", fmt.Errorf("the sources name %d hosts: %s", len(hosts), strings.Join(hosts, ", "))
}

// warn adds a warning, once.
func (f *filter) warn(w Warning) {
	if !slices.Contains(f.warnings, w) {
		f.warnings = append(f.warnings, w)
	}
}

// warnUnused tells of sources for a host that no runner has. The files of a
// folder are there to choose from.
func (f *filter) warnUnused(runners []*runner) {
	for _, source := range f.options.Sources {
		used := slices.ContainsFunc(runners, func(r *runner) bool { return r.connectsTo(source.Host) })
		if source.Host != "" && !source.FromFolder && !used {
			f.warn(Warning{Code: SourceUnused, Message: fmt.Sprintf(
				"no runner connects to %s, so %s is not used", source.Host, source.Bundle.Origin())})
		}
	}
}

// connectsTo tells whether one of the containers has this host.
func (r *runner) connectsTo(host string) bool {
	return slices.ContainsFunc(r.containers, func(c *container) bool { return strings.EqualFold(c.server.Name, host) })
}

// files are the names in the certs directory, sorted.
func (c *certs) files() []string { return slices.Sorted(maps.Keys(c.bundles)) }

// key is the ConfigMap's key for a file: the file's name where a key may have
// it. That of an IPv6 host starts with a bracket; its key ends in a digest, so
// that two files do not meet in one key.
func (c *certs) key(file string) string {
	key := notInKey.ReplaceAllString(file, "_")
	if key == file {
		return key
	}
	digest := sha256.Sum256([]byte(file))
	return fmt.Sprintf("%s-%x.crt", strings.TrimSuffix(key, ".crt"), digest[:4])
}

// notInKey is what a ConfigMap's key may not have (IsConfigMapKey in
// k8s.io/apimachinery/pkg/util/validation).
var notInKey = regexp.MustCompile(`[^-._a-zA-Z0-9]`)

// checksum is the SHA-256 of the ConfigMap's data, in hex. Pods roll when it
// changes.
func (c *certs) checksum() string {
	hash := sha256.New()
	for _, file := range c.files() {
		hash.Write(bytes.Join([][]byte{[]byte(c.key(file)), c.bundles[file].PEM(), nil}, []byte{0}))
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// fingerprints are those of all certificates, each once.
func (c *certs) fingerprints() []string {
	var all []string
	for _, file := range c.files() {
		for _, fingerprint := range c.bundles[file].Fingerprints() {
			if !slices.Contains(all, fingerprint) {
				all = append(all, fingerprint)
			}
		}
	}
	return all
}

// notAfter is when the first certificate expires.
func (c *certs) notAfter() time.Time {
	var first time.Time
	for _, bundle := range c.bundles {
		if end := bundle.NotAfter(); first.IsZero() || end.Before(first) {
			first = end
		}
	}
	return first
}
