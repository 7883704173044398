package render

import (
	"cmp"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A mountable is a kind of object that a pod can show as files, with the keys by which pods refer to
// one (VolumeSource, ProjectedVolumeSource and EnvFromSource in k8s.io/api/core/v1).
type mountable struct {
	kind    string // of the object
	volume  string // key of a volume, or of a source of a projected one
	nameKey string // key of the object's name in a volume; a projected source has it under "name"
	envFrom string // key of an envFrom entry
}

var mountables = []mountable{
	{kind: "ConfigMap", volume: "configMap", nameKey: "name", envFrom: "configMapRef"},
	{kind: "Secret", volume: "secret", nameKey: "secretName", envFrom: "secretRef"},
}

// mountableFor is the mountable that is of a kind, or that volumes have under a key; ok is false for
// none.
func mountableFor(kindOrKey string) (m mountable, ok bool) {
	at := slices.IndexFunc(mountables, func(m mountable) bool { return m.kind == kindOrKey || m.volume == kindOrKey })
	if at < 0 {
		return mountable{}, false
	}
	return mountables[at], true
}

// nameIn is the name of the object that a volume, or a source of a projected one, shows.
func (m mountable) nameIn(source *yaml.RNode) string {
	return cmp.Or(text(source, m.nameKey), text(source, "name"))
}
