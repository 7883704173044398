package render

import (
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

// A projection is what a volume shows of one object: some of its keys, as files. Nothing else of
// the object, a private key for instance, reaches the pod.
type projection struct {
	kind  string // as a volume has it: "configMap" or "secret"
	name  string // of the object
	items []item
	owner *runner // whose files the object holds; nil for an object that is not ours
}

// An item is a key of an object, and the path of the file that shows it.
type item struct{ key, path string }

// volumeSource is the source of a volume that shows the projections: one of its own kind for one,
// a projected one for several.
func volumeSource(content []projection) (kind string, source *yaml.RNode) {
	if len(content) == 1 {
		return content[0].kind, content[0].source(content[0].nameKey())
	}
	var sources []*yaml.RNode
	for _, p := range content {
		sources = append(sources, p.projected())
	}
	return "projected", yamledit.Map(yamledit.Pair{Key: "sources", Value: yamledit.List(sources...)})
}

// nameKey is where a volume has the object's name; a projected one has it under "name" for all.
func (p projection) nameKey() string {
	shown, _ := mountableFor(p.kind)
	return shown.nameKey
}

// source is a ConfigMapVolumeSource or SecretVolumeSource, or the projection of one.
func (p projection) source(nameKey string) *yaml.RNode {
	return yamledit.Map(
		yamledit.Pair{Key: nameKey, Value: yamledit.Text(p.name)},
		yamledit.Pair{Key: "items", Value: p.itemList()},
	)
}

// projected is a source of a projected volume.
func (p projection) projected() *yaml.RNode {
	return yamledit.Map(yamledit.Pair{Key: p.kind, Value: p.source("name")})
}

func (p projection) itemList() *yaml.RNode {
	var items []*yaml.RNode
	for _, i := range p.items {
		items = append(items, yamledit.Map(
			yamledit.Pair{Key: "key", Value: yamledit.Text(i.key)},
			yamledit.Pair{Key: "path", Value: yamledit.Text(i.path)},
		))
	}
	return yamledit.List(items...)
}

// isVolume reports whether a volume is one that an earlier run made for the projection.
func (p projection) isVolume(volume *yaml.RNode) bool {
	return text(volume, p.kind, p.nameKey()) == p.name && p.isShownBy(value(volume, p.kind))
}

// isSource is isVolume for a source of a projected volume.
func (p projection) isSource(source *yaml.RNode) bool {
	return text(source, p.kind, "name") == p.name && p.isShownBy(value(source, p.kind))
}

// isShownBy reports whether a source of the projection's object is one that an earlier run made: of
// an object of ours any of our files, of another one the very same items.
func (p projection) isShownBy(source *yaml.RNode) bool {
	items := list(source, "items")
	if p.owner != nil {
		return p.owner.areOurFiles(items)
	}
	return len(items) == len(p.items) && value(source, "optional") == nil && !slices.ContainsFunc(items, func(node *yaml.RNode) bool {
		return !slices.Contains(p.items, item{key: text(node, "key"), path: text(node, "path")})
	})
}

// update sets the items of a volume, or of a source, that shows the object already. Where only the
// names differ, the old nodes stay.
func (p projection) update(parent *yaml.RNode) error {
	source := value(parent, p.kind)
	old := list(source, "items")
	if len(old) != len(p.items) {
		return set(source, "items", p.itemList())
	}
	for i, wanted := range p.items {
		if err := set(old[i], "key", yamledit.Text(wanted.key)); err != nil {
			return err
		}
		if err := set(old[i], "path", yamledit.Text(wanted.path)); err != nil {
			return err
		}
	}
	return nil
}

// hasPath reports whether one of the projections' files has this path.
func hasPath(content []projection, path string) bool {
	return slices.ContainsFunc(content, func(p projection) bool {
		return slices.ContainsFunc(p.items, func(i item) bool { return i.path == path })
	})
}
