package render

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// Files are what a runner's files come from: certificates, which a new ConfigMap has, and keys of
// objects that the namespace has.
type Files struct {
	ConfigMap string // its name

	options Options
	refuse  Refuse
	bundles map[string]*trust.Bundle // by file
	end     time.Time                // when the first of them stops working for a host
	objects map[string]Object        // by file
	jobs    []Object                 // for the job pods alone
}

// NewFiles returns no files yet.
func NewFiles(o Options, configMap string, refuse Refuse) *Files {
	return &Files{ConfigMap: configMap, options: o, refuse: refuse, bundles: map[string]*trust.Bundle{}, objects: map[string]Object{}}
}

// Fill checks an offer for a server, and puts it into a file. A file can have certificates for several
// servers, but not of several sources. It does not look into an object.
func (f *Files) Fill(file string, server gitlabrunner.Server, o Offer) ([]trust.Finding, error) {
	other, taken := f.objects[file]
	switch {
	case !isKey(configMapKey(file)):
		return nil, f.refuse(manifest.HostTooLong, "the host %q is too long for the name of the runner's file, or begins with a dot", server.Name)
	case taken && other != o.Object, o.Bundle == nil && f.bundles[file] != nil:
		return nil, f.refuse(manifest.TwoSources, "the file %s is to come from %s and from another source, and a runner reads one", file, o)
	case o.Bundle == nil:
		f.objects[file] = o.Object
		return manifest.ClusterCAOf(o.Object.Kind+"/"+o.Object.Name, server.Address), nil
	case !manifest.IsName(f.ConfigMap):
		return nil, f.refuse(manifest.ConfigMapName, "%q cannot name a ConfigMap: it takes at most 253 of -, ., 0-9 and a-z", f.ConfigMap)
	}
	findings, err := o.Bundle.Check(server.Name, server.Address, f.options.Now, f.options.Force)
	if err != nil {
		return nil, err
	}
	return findings, f.add(file, server.Name, o.Bundle)
}

// maxConfigMap is how much data a ConfigMap may have, in bytes (MaxSecretSize in
// k8s.io/api/core/v1, which ValidateConfigMap holds ConfigMaps against too).
const maxConfigMap = 1 << 20

// add adds the certificates for a host to a file. It refuses data that is too large as it is written:
// PEM is a third larger than DER, and several files come together.
func (f *Files) add(file, host string, bundle *trust.Bundle) error {
	if end := bundle.NotAfter(host); f.end.IsZero() || end.Before(f.end) {
		f.end = end
	}
	f.bundles[file] = trust.Merge(f.bundles[file], bundle)
	size := 0
	for key, value := range f.data() {
		size += len(key) + len(value)
	}
	if size > maxConfigMap {
		return f.refuse(manifest.TooMuchData, "the ConfigMap %q would have %d bytes of certificates, more than the %d that it can hold", f.ConfigMap, size, maxConfigMap)
	}
	return nil
}

// HasCertificates reports whether there has to be a ConfigMap.
func (f *Files) HasCertificates() bool { return len(f.bundles) > 0 }

// Object returns the key that a file shows.
func (f *Files) Object(file string) Object {
	if f.bundles[file] != nil {
		return Object{Kind: "ConfigMap", Name: f.ConfigMap, Key: configMapKey(file)}
	}
	return f.objects[file]
}

// Projections returns what a volume has to show: the ConfigMap, then the objects, each once.
func (f *Files) Projections() []pod.Source {
	return slices.Concat(f.projections(slices.Sorted(maps.Keys(f.bundles))), f.projections(slices.Sorted(maps.Keys(f.objects))))
}

func (f *Files) projections(files []string) (all []pod.Source) {
	for _, file := range files {
		o := f.Object(file)
		at := slices.IndexFunc(all, func(p pod.Source) bool { return p.Kind == o.Kind && p.Name == o.Name })
		if at < 0 {
			all, at = append(all, pod.Source{Kind: o.Kind, Name: o.Name}), len(all)
		}
		all[at].Items = append(all[at].Items, pod.Item{Key: o.Key, Path: file})
	}
	slices.SortFunc(all, func(a, b pod.Source) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// jobsKey is the key with the certificates of all files, where there are several: a job pod mounts one
// file. No file of a host has this ending.
const jobsKey = "jobs.pem"

// jobObjects returns the objects whose one key has the certificates for job pods.
func (f *Files) jobObjects() (all []Object) {
	for file := range f.bundles {
		all = []Object{f.Object(file)}
	}
	if len(f.bundles) > 1 {
		all[0].Key = jobsKey
	}
	for _, file := range slices.Sorted(maps.Keys(f.objects)) {
		all = append(all, f.objects[file])
	}
	return distinct(append(all, f.jobs...))
}

// trusts tells what job pods get from what those of another runner do.
func (f *Files) trusts() string {
	objects := f.jobObjects()
	if f.HasCertificates() {
		objects = objects[1:] // its name is that of the runner
	}
	return fmt.Sprint(f.Checksum(), objects)
}

// data returns what the ConfigMap has, by its keys.
func (f *Files) data() map[string]string {
	data := map[string]string{}
	for file, bundle := range f.bundles {
		data[configMapKey(file)] = string(bundle.PEM())
	}
	if f.options.Jobs && len(data) > 1 {
		data[jobsKey] = string(trust.Merge(f.sorted()...).PEM())
	}
	return data
}

// sorted returns the certificates by their file's name.
func (f *Files) sorted() (all []*trust.Bundle) {
	for _, file := range slices.Sorted(maps.Keys(f.bundles)) {
		all = append(all, f.bundles[file])
	}
	return all
}

// Checksum returns the SHA-256 of the ConfigMap's data, in hex; "" without certificates: other objects
// change without the stream, and the runner follows them by itself.
func (f *Files) Checksum() string {
	if !f.HasCertificates() {
		return ""
	}
	text, data := "", f.data()
	for _, key := range slices.Sorted(maps.Keys(data)) {
		text += key + "\x00" + data[key] + "\x00"
	}
	return sha256Of(text)
}

// Manifest returns the ConfigMap. A namespace and labels that are nil are left out, and so is a template
// of "", by which Helm 4 knows it.
func (f *Files) Manifest(namespace, labels *yaml.RNode, template string) *yaml.RNode {
	var fingerprints []string
	for _, bundle := range f.sorted() {
		for _, c := range bundle.Certificates() {
			fingerprints = append(fingerprints, trust.Fingerprint(c))
		}
	}
	annotations := []yamledit.Pair{
		{Key: "helm-runnertrust/fingerprints", Value: yamledit.Text(strings.Join(distinct(fingerprints), ","))},
		{Key: "helm-runnertrust/not-after", Value: yamledit.Text(f.end.Format(time.RFC3339))},
	}
	if template != "" {
		annotations = append(annotations, yamledit.Pair{Key: pod.FilenameAnnotation, Value: yamledit.Text(template)})
	}
	var data []yamledit.Pair
	texts := f.data()
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		value := yamledit.Text(texts[key])
		value.YNode().Style = yaml.LiteralStyle
		data = append(data, yamledit.Pair{Key: key, Value: value})
	}
	return yamledit.Map(
		yamledit.Pair{Key: yaml.APIVersionField, Value: yamledit.Text("v1")},
		yamledit.Pair{Key: yaml.KindField, Value: yamledit.Text("ConfigMap")},
		yamledit.Pair{Key: yaml.MetadataField, Value: yamledit.Map(
			yamledit.Pair{Key: yaml.NameField, Value: yamledit.Text(f.ConfigMap)},
			yamledit.Pair{Key: yaml.NamespaceField, Value: namespace},
			yamledit.Pair{Key: yaml.LabelsField, Value: labels},
			yamledit.Pair{Key: yaml.AnnotationsField, Value: yamledit.Map(annotations...)},
		)},
		yamledit.Pair{Key: yaml.DataField, Value: yamledit.Map(data...)},
	)
}

// distinct returns each of several values once, in their order.
func distinct[T comparable](all []T) []T {
	seen := map[T]bool{}
	return slices.DeleteFunc(all, func(one T) bool {
		was := seen[one]
		seen[one] = true
		return was
	})
}

// configMapKey returns the key for a file: the file's name where a key may have it. That of an IPv6
// host starts with a bracket; its key ends in a digest, so that two files do not meet in one key.
func configMapKey(file string) string {
	key := notOfKeys().ReplaceAllString(file, "_")
	if key == file {
		return key
	}
	return strings.TrimSuffix(key, ".crt") + "-" + sha256Of(file)[:8] + ".crt"
}

// sha256Of returns the SHA-256 of a text, in hex.
func sha256Of(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }
