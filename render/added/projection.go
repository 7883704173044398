package added

import (
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
)

// A Projection is what a volume shows of one object: some of its keys, as files. Nothing else of
// the object, a private key for instance, reaches the pod.
type Projection struct {
	Kind  string // of the object: "ConfigMap" or "Secret"
	Name  string // of the object
	Items []Item
}

// An Item is a key of an object, and the path of the file that shows it.
type Item struct{ Key, Path string }

// hasPath reports whether one of the projections' files has this path.
func hasPath(projections []Projection, path string) bool {
	return slices.ContainsFunc(projections, func(p Projection) bool {
		return slices.ContainsFunc(p.Items, func(i Item) bool { return i.Path == path })
	})
}

// volumeSource returns the source of a volume that shows the projections: one of its own kind for
// one, a projected one for several.
func volumeSource(projections []Projection) (key string, source *yaml.RNode) {
	if len(projections) == 1 {
		shown, _ := pod.MountableFor(projections[0].Kind)
		return shown.Volume, projections[0].source(shown.NameKey)
	}
	return "projected", yamledit.Map(yamledit.Pair{Key: "sources", Value: yamledit.List(projected(projections)...)})
}

// projected returns the sources of a projected volume.
func projected(projections []Projection) (sources []*yaml.RNode) {
	for _, p := range projections {
		shown, _ := pod.MountableFor(p.Kind)
		sources = append(sources, yamledit.Map(yamledit.Pair{Key: shown.Volume, Value: p.source("name")}))
	}
	return sources
}

// source returns a ConfigMapVolumeSource or SecretVolumeSource, or the projection of one.
func (p Projection) source(nameKey string) *yaml.RNode {
	var items []*yaml.RNode
	for _, i := range p.Items {
		items = append(items, yamledit.Map(
			yamledit.Pair{Key: "key", Value: yamledit.Text(i.Key)},
			yamledit.Pair{Key: "path", Value: yamledit.Text(i.Path)},
		))
	}
	return yamledit.Map(
		yamledit.Pair{Key: nameKey, Value: yamledit.Text(p.Name)},
		yamledit.Pair{Key: "items", Value: yamledit.List(items...)},
	)
}
