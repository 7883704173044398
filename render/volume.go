package render

import (
	"slices"
	"strconv"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

const volumeName = "etc-gitlab-runner-certs"

// A projection is what a volume shows of one object: some of its keys, as files.
type projection struct {
	kind  string // as a volume has it: "configMap"
	name  string // of the object
	items []item
}

// An item is a key of an object, and the path of the file that shows it.
type item struct{ key, path string }

// A volume is an entry of a pod's volumes.
type volume struct {
	runner *runner
	node   *yaml.RNode
	name   string
	kinds  []string // the keys of its sources; Kubernetes takes exactly one, or none
}

// volumes are those of the runner's pod, as far as it has been edited.
func (r *runner) volumes() []*volume {
	var all []*volume
	for _, node := range list(r.pod, "volumes") {
		v := &volume{runner: r, node: node, name: text(node, "name"), kinds: fields(node)}
		v.kinds = slices.DeleteFunc(v.kinds, func(key string) bool { return key == "name" })
		all = append(all, v)
	}
	return all
}

// volume is the last one of this name; nil where the pod has none.
func (r *runner) volume(name string) *volume {
	var found *volume
	for _, v := range r.volumes() {
		if v.name == name {
			found = v
		}
	}
	return found
}

// kind is the source of the volume: "secret", "hostPath", …; without one it is an emptyDir
// (SetDefaults_Volume in pkg/apis/core/v1/defaults.go of Kubernetes).
func (v *volume) kind() string {
	if len(v.kinds) == 0 {
		return "emptyDir"
	}
	return v.kinds[0]
}

// ownVolume is the name of the volume that shows the projection and nothing else; the volume is
// made, or brought up to date.
func (r *runner) ownVolume(p projection) (string, error) {
	taken := map[string]bool{}
	for _, v := range r.volumes() {
		taken[v.name] = true
		if p.isOf(v.node) {
			return v.name, r.placed(p.update(v.node))
		}
	}
	name := volumeName
	for n := 2; taken[name]; n++ {
		name = volumeName + "-" + strconv.Itoa(n)
	}
	volumes, err := ensure(r.pod, "volumes", yamledit.List())
	if err != nil {
		return "", r.placed(err)
	}
	yamledit.Prepend(volumes, yamledit.Map(
		yamledit.Pair{Key: "name", Value: yamledit.Text(name)},
		yamledit.Pair{Key: p.kind, Value: p.source()},
	))
	return name, nil
}

// source is a ConfigMapVolumeSource, and just as well the ConfigMapProjection of a projected
// volume.
func (p projection) source() *yaml.RNode {
	return yamledit.Map(
		yamledit.Pair{Key: "name", Value: yamledit.Text(p.name)},
		yamledit.Pair{Key: "items", Value: p.itemList()},
	)
}

func (p projection) itemList() *yaml.RNode {
	var all []*yaml.RNode
	for _, i := range p.items {
		all = append(all, yamledit.Map(
			yamledit.Pair{Key: "key", Value: yamledit.Text(i.key)},
			yamledit.Pair{Key: "path", Value: yamledit.Text(i.path)},
		))
	}
	return yamledit.List(all...)
}

// isOf reports whether a volume, or a source of a projected one, shows the projection's object.
func (p projection) isOf(parent *yaml.RNode) bool { return text(parent, p.kind, "name") == p.name }

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

// has reports whether one of the projection's files has this path.
func (p projection) has(path string) bool {
	return slices.ContainsFunc(p.items, func(i item) bool { return i.path == path })
}
