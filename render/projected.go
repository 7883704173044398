package render

import (
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

// add shows projections in a volume that is mounted already. A volume with another source becomes
// a projected one, which shows the files of all its sources; its name, and so its mount, stay. own
// is the name of the ConfigMap that an earlier run may have put there, "" for none.
func (v *volume) add(content []projection, own string, warn func(Warning)) error {
	if v.showsOnly(content) {
		return v.runner.placed(v.update(content))
	}
	kind := v.kind()
	if source := value(v.node, kind); kind != "projected" && v.runner.isReplaced(source, kind, content, own) {
		v.warnReplaced(source, kind, content, own, warn)
		newKind, source := volumeSource(content)
		yamledit.ReplaceField(v.node, kind, newKind, source)
		return nil
	}
	sources, err := v.asProjected()
	if err != nil {
		return v.runner.placed(err)
	}
	return v.runner.placed(v.merge(sources, content, own, warn))
}

// isReplaced reports whether the files of a source are all among the projections', so that nothing
// of it is left beside them: the ConfigMap of an earlier run, or one with the same file.
func (r *runner) isReplaced(source *yaml.RNode, kind string, content []projection, own string) bool {
	if r.isEarlier(source, kind, own) {
		return true
	}
	items := list(source, "items")
	return len(items) > 0 && !slices.ContainsFunc(items, func(item *yaml.RNode) bool { return !hasPath(content, text(item, "path")) })
}

// isEarlier reports whether a source shows our files of the ConfigMap that an earlier run made for the
// runner. Files of other names are somebody else's.
func (r *runner) isEarlier(source *yaml.RNode, kind, own string) bool {
	return kind == "configMap" && text(source, "name") == own && r.areOurFiles(list(source, "items"))
}

// merge shows projections besides the sources of a projected volume.
func (v *volume) merge(sources *yaml.RNode, content []projection, own string, warn func(Warning)) error {
	pending := slices.Clone(content)
	yamledit.Retain(sources, func(source *yaml.RNode) bool {
		for i, p := range pending {
			if p.isSource(source) {
				pending = slices.Delete(pending, i, i+1)
				return true
			}
		}
		return !v.dropFiles(source, content, own, warn)
	})
	for _, source := range list(sources) {
		for _, p := range content {
			if !p.isSource(source) {
				continue
			}
			if err := p.update(source); err != nil {
				return err
			}
		}
	}
	for _, p := range pending {
		// Last, because of two sources with a file of one name the later wins (collectData in
		// pkg/volume/projected/projected.go of Kubernetes).
		if err := sources.PipeE(yaml.Append(p.projected().YNode())); err != nil {
			return err
		}
	}
	return nil
}

// dropFiles takes the items out of a source that have the path of one of the projections' files,
// and reports whether the source has to go with them: the API server refuses two items with one
// path, and without items a source would show every key that it has.
func (v *volume) dropFiles(source *yaml.RNode, content []projection, own string, warn func(Warning)) (gone bool) {
	for _, kind := range fields(source) {
		object := value(source, kind)
		if v.runner.isReplaced(object, kind, content, own) {
			v.warnReplaced(object, kind, content, own, warn)
			return true
		}
		items := value(object, "items")
		if len(list(items)) > 0 && yamledit.Retain(items, func(item *yaml.RNode) bool { return !hasPath(content, text(item, "path")) }) {
			v.warnReplaced(object, kind, content, own, warn)
		}
	}
	return false
}

// warnReplaced tells that files of somebody else give way; those of an earlier run do in silence.
func (v *volume) warnReplaced(source *yaml.RNode, kind string, content []projection, own string, warn func(Warning)) {
	if v.runner.isEarlier(source, kind, own) || isOwnName(v.name) {
		return
	}
	var paths []string
	for _, p := range content {
		for _, i := range p.items {
			paths = append(paths, i.path)
		}
	}
	warn(Warning{Code: FileReplaced, Object: v.runner.String(), Message: fmt.Sprintf(
		"the volume at the certs directory has %s already; what is given takes its place", strings.Join(paths, ", "))})
}

// asProjected makes a volume a projected one, with the old source in it, and returns its sources.
// The file mode is the whole volume's then, and a Secret's name has another key.
func (v *volume) asProjected() (sources *yaml.RNode, err error) {
	kind := v.kind()
	old := value(v.node, kind)
	if kind == "projected" {
		return ensure(old, "sources", yamledit.List())
	}
	source, projected := yamledit.Map(), yamledit.Map()
	yamledit.MoveField(old, projection{kind: kind}.nameKey(), source, "name")
	yamledit.MoveField(old, "items", source, "items")
	yamledit.MoveField(old, "optional", source, "optional")
	sources = yamledit.List(yamledit.Map(yamledit.Pair{Key: kind, Value: source}))
	if err := set(projected, "sources", sources); err != nil {
		return nil, err
	}
	yamledit.MoveField(old, "defaultMode", projected, "defaultMode")
	yamledit.ReplaceField(v.node, kind, "projected", projected)
	return sources, nil
}

// asPlain is the way back: it makes a projected volume of one Secret or ConfigMap a plain one. A
// volume of another shape stays.
func (v *volume) asPlain() {
	old := value(v.node, "projected")
	sources := list(old, "sources")
	if len(sources) != 1 || len(fields(sources[0])) != 1 {
		return
	}
	kind := fields(sources[0])[0]
	others := slices.ContainsFunc(fields(old), func(key string) bool { return key != "sources" && key != "defaultMode" })
	if others || kind != "secret" && kind != "configMap" {
		return
	}
	source, plain := value(sources[0], kind), yamledit.Map()
	yamledit.MoveField(source, "name", plain, projection{kind: kind}.nameKey())
	yamledit.MoveField(source, "items", plain, "items")
	yamledit.MoveField(source, "optional", plain, "optional")
	yamledit.MoveField(old, "defaultMode", plain, "defaultMode")
	yamledit.ReplaceField(v.node, "projected", kind, plain)
}
