package render

import (
	"fmt"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

// add shows a projection in a volume that is mounted already. A volume with another source becomes
// a projected one, which shows the files of all its sources; its name, and so its mount, stay.
func (v *volume) add(p projection, warn func(Warning)) error {
	if p.isOf(v.node) {
		return v.runner.placed(p.update(v.node))
	}
	projected, err := v.asProjected()
	if err != nil {
		return v.runner.placed(err)
	}
	sources, err := ensure(projected, "sources", yamledit.List())
	if err != nil {
		return v.runner.placed(err)
	}
	for _, source := range list(projected, "sources") {
		if p.isOf(source) {
			return v.runner.placed(p.update(source))
		}
	}
	if replaced := p.replaceFiles(sources); replaced {
		warn(Warning{Code: FileReplaced, Object: v.runner.String(), Message: fmt.Sprintf(
			"the volume at the certs directory has %s already; the given certificate takes its place",
			strings.Join(p.paths(), ", "))})
	}
	// Last, because of two sources with a file of one name the later wins (collectData in
	// pkg/volume/projected/projected.go of Kubernetes).
	own := yamledit.Map(yamledit.Pair{Key: p.kind, Value: p.source()})
	return v.runner.placed(sources.PipeE(yaml.Append(own.YNode())))
}

// asProjected is the projected source of a volume. A secret or configMap source is made one, with
// the old source in it: the file mode is the whole volume's then, and a Secret's name has another
// key.
func (v *volume) asProjected() (*yaml.RNode, error) {
	kind := v.kind()
	old := value(v.node, kind)
	if kind == "projected" {
		return old, nil
	}
	name := "name"
	if kind == "secret" {
		name = "secretName"
	}
	source, projected := yamledit.Map(), yamledit.Map()
	yamledit.MoveField(old, name, source, "name")
	yamledit.MoveField(old, "items", source, "items")
	yamledit.MoveField(old, "optional", source, "optional")
	sources := yamledit.List(yamledit.Map(yamledit.Pair{Key: kind, Value: source}))
	if err := set(projected, "sources", sources); err != nil {
		return nil, err
	}
	yamledit.MoveField(old, "defaultMode", projected, "defaultMode")
	yamledit.ReplaceField(v.node, kind, "projected", projected)
	return projected, nil
}

// replaceFiles takes the items out of older sources that have the path of one of the projection's
// files, and reports whether there were any: the API server refuses two items with one path. A
// source without any item left goes too, since without items it would show every key that it has.
func (p projection) replaceFiles(sources *yaml.RNode) (replaced bool) {
	yamledit.Retain(sources, func(source *yaml.RNode) bool {
		for _, kind := range fields(source) {
			items := value(source, kind, "items")
			if len(list(items)) == 0 {
				continue
			}
			if yamledit.Retain(items, func(item *yaml.RNode) bool { return !p.has(text(item, "path")) }) {
				replaced = true
				return len(list(items)) > 0
			}
		}
		return true
	})
	return replaced
}

func (p projection) paths() []string {
	var all []string
	for _, i := range p.items {
		all = append(all, i.path)
	}
	return all
}
