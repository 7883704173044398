package pod

import (
	"cmp"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
)

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

// nameIn returns the name of the object in a volume, or in a source of a projected one.
func (m Mountable) nameIn(source *yaml.RNode) string {
	return cmp.Or(manifest.Text(source, m.NameKey), manifest.Text(source, "name"))
}
