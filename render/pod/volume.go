package pod

import (
	"cmp"
	"math"
	"path"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
)

// A Volume is an entry of a pod's volumes.
type Volume struct {
	Node    *yaml.RNode
	Name    string
	Kind    string   // the key of its source: "secret", "hostPath", …
	Sources []Source // of a projected one, else the one that it is

	mode int64 // of its files
}

// A Source is what a volume shows: an object, or something else.
type Source struct {
	Kind  string // of the object, "ConfigMap" or "Secret", else the key of the source: "csi"
	Name  string // of the object; "" where it is none
	Items []Item // the keys that are shown; none for all of an object's

	optional bool
}

// An Item is a key of an object, and the file that shows it.
type Item struct {
	Key, Path string
	mode      int64
}

// A Mountable is a kind of object that a pod can show as files, with the keys by which pods refer to
// one (VolumeSource, ProjectedVolumeSource and EnvFromSource in k8s.io/api/core/v1).
type Mountable struct {
	Kind    string // of the object
	Volume  string // key of a volume, or of a source of a projected one
	NameKey string // key of the object's name in a volume; a projected source has it under "name"
	EnvFrom string // key of an envFrom entry
}

// Mountables are the kinds that the stream may have the content of.
var Mountables = []Mountable{
	{Kind: "ConfigMap", Volume: "configMap", NameKey: "name", EnvFrom: "configMapRef"},
	{Kind: "Secret", Volume: "secret", NameKey: "secretName", EnvFrom: "secretRef"},
}

// MountableFor returns the Mountable of a kind, or of a volume's key; ok is false for others.
func MountableFor(kindOrKey string) (m Mountable, ok bool) {
	at := slices.IndexFunc(Mountables, func(m Mountable) bool { return m.Kind == kindOrKey || m.Volume == kindOrKey })
	if at < 0 {
		return Mountable{}, false
	}
	return Mountables[at], true
}

// defaultMode is that of files without one (SetDefaults_ConfigMapVolumeSource and its kind in
// pkg/apis/core/v1/defaults.go of Kubernetes).
const defaultMode = 0o644

// readVolume reads a volume. One without a source is an emptyDir (SetDefaults_Volume in
// pkg/apis/core/v1/defaults.go of Kubernetes). kinds are the keys of its sources, of which it takes one.
func readVolume(node *yaml.RNode) (v *Volume, kinds []string) {
	v = &Volume{Node: node, Name: manifest.Text(node, "name")}
	kinds = slices.DeleteFunc(manifest.Fields(node), func(key string) bool { return key == "name" })
	v.Kind = cmp.Or(append(kinds, "emptyDir")...)
	v.mode = fileMode(manifest.Value(node, v.Kind, "defaultMode"), defaultMode)
	if v.Kind != "projected" {
		v.Sources = []Source{v.readSource(node, v.Kind)}
	}
	for _, source := range manifest.List(node, "projected", "sources") {
		for _, kind := range manifest.Fields(source) {
			v.Sources = append(v.Sources, v.readSource(source, kind))
		}
	}
	return v, kinds
}

func (v *Volume) readSource(node *yaml.RNode, kind string) Source {
	source := manifest.Value(node, kind)
	s := Source{Kind: kind, optional: manifest.IsTrue(manifest.Text(source, "optional"))}
	if shown, ok := MountableFor(kind); ok {
		nameKey := shown.NameKey
		if v.Kind == "projected" {
			nameKey = "name"
		}
		s.Kind, s.Name = shown.Kind, manifest.Text(source, nameKey)
	}
	items := manifest.List(source, "items")
	if v.Kind == "projected" && manifest.Text(source, "path") != "" {
		items = []*yaml.RNode{source} // a token, for instance
	}
	for _, item := range items {
		at := manifest.Text(item, "path")
		if staysInside(at) {
			at = path.Clean(at) // as the kubelet does
		}
		s.Items = append(s.Items, Item{Key: manifest.Text(item, "key"), Path: at, mode: fileMode(manifest.Value(item, "mode"), v.mode)})
	}
	return s
}

// Paths returns the paths at which items of sources are shown.
func Paths(sources ...Source) (paths []string) {
	for _, s := range sources {
		for _, i := range s.Items {
			paths = append(paths, i.Path)
		}
	}
	return paths
}

// isFiles reports whether the volume shows objects of the API as files: a kubelet mounts it read-only,
// and a projected volume can show more beside them.
func (v *Volume) isFiles() bool {
	return slices.Contains([]string{"secret", "configMap", "projected"}, v.Kind)
}

// isShown reports whether the kubelet makes all that is in the volume.
func (v *Volume) isShown() bool { return v.isFiles() || v.Kind == "downwardAPI" }

// isReadOnly reports whether nothing can be made in the volume.
func (v *Volume) isReadOnly() bool {
	return v.isShown() || v.Kind == "image" || manifest.IsTrue(manifest.Text(v.Node, v.Kind, "readOnly"))
}

// fileMode reads a mode, another one where there is none, and -1, which is none either, for what is no number.
func fileMode(node *yaml.RNode, otherwise int64) int64 {
	if node.IsNil() || yaml.IsYNodeTaggedNull(node.YNode()) {
		return otherwise
	}
	if mode, ok := integer(node); ok {
		return mode
	}
	return -1
}

// integer reads a whole number in any of YAML's forms. Templates print large ones of values as floats
// (1.00065e+09), which the API server reads as the integers that they are.
func integer(node *yaml.RNode) (number int64, ok bool) {
	var written float64 // of which Decode drops a fraction
	ok = node != nil && node.YNode().Decode(&number) == nil && node.YNode().Decode(&written) == nil && written == math.Trunc(written)
	return number, ok
}
