package added

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// VolumeName is the name of a new volume, unless the pod has one of this name.
const VolumeName = "etc-gitlab-runner-certs"

// Mount shows the projections to each container, at the directory of the same index: in a volume that
// is mounted there already, else in a new one. It returns warnings.
func (d *Deployment) Mount(projections []Projection, dirs []string) (warnings []trust.Finding, err error) {
	newVolume := ""
	var joined []*pod.Volume
	for i, c := range d.Containers {
		shared, err := c.SharedVolume(dirs[i])
		if err != nil {
			return nil, err
		}
		if shared != nil {
			if slices.Contains(joined, shared) {
				continue
			}
			joined = append(joined, shared)
			replaced, err := d.join(shared, projections)
			if err != nil {
				return nil, err
			}
			if replaced {
				warnings = append(warnings, d.fileReplaced(projections))
			}
			continue
		}
		if newVolume == "" {
			if newVolume, err = d.addVolume(projections); err != nil {
				return nil, err
			}
		}
		if err := d.addItem(mount, c.Name, NewMount(newVolume, dirs[i])); err != nil {
			return nil, err
		}
	}
	return warnings, nil
}

// addVolume adds a volume under the next name that is free.
func (d *Deployment) addVolume(projections []Projection) (name string, err error) {
	name = VolumeName
	for n := 2; d.HasName(name); n++ {
		name = VolumeName + "-" + strconv.Itoa(n)
	}
	return name, d.addItem(volume, "", NewVolume(name, projections...))
}

// NewVolume returns a volume of a pod that shows the projections.
func NewVolume(name string, projections ...Projection) *yaml.RNode {
	key, source := volumeSource(projections)
	return yamledit.Map(
		yamledit.Pair{Key: "name", Value: yamledit.Text(name)},
		yamledit.Pair{Key: key, Value: source},
	)
}

// NewMount returns a mount of a volume at a directory.
func NewMount(volume, dir string) *yaml.RNode {
	return yamledit.Map(
		yamledit.Pair{Key: "name", Value: yamledit.Text(volume)},
		yamledit.Pair{Key: "mountPath", Value: yamledit.Text(dir)},
		yamledit.Pair{Key: "readOnly", Value: yaml.NewScalarRNode("true")},
	)
}

// join shows the projections in a volume that is mounted already, which becomes a projected one: its
// name, and so its mount, stay. It reports whether files of the volume had to go.
func (d *Deployment) join(v *pod.Volume, projections []Projection) (replaced bool, err error) {
	err = d.changeItem(volume, "", v.Node, func() error {
		var left []*yaml.RNode
		for _, s := range v.Sources {
			dropped, empty := dropFiles(s.Node, projections)
			replaced = replaced || dropped
			if !empty {
				left = append(left, s.Node)
			}
		}
		if v.Kind != "projected" && len(left) == 0 {
			key, source := volumeSource(projections)
			yamledit.ReplaceField(v.Node, v.Kind, key, source)
			return nil
		}
		sources, err := asProjected(v)
		if err != nil {
			return err
		}
		if v.Kind == "projected" {
			yamledit.Retain(sources, func(source *yaml.RNode) bool {
				return slices.ContainsFunc(left, func(l *yaml.RNode) bool { return l.YNode() == source.YNode() })
			})
		}
		for _, source := range projected(projections) {
			// Last, because of two sources with a file of one name the later wins (collectData in
			// pkg/volume/projected/projected.go of Kubernetes).
			if err := sources.PipeE(yaml.Append(source.YNode())); err != nil {
				return err
			}
		}
		return nil
	})
	return replaced, err
}

// dropFiles takes the items out of a source that have the path of one of the projections' files: the
// API server refuses two items with one path. empty is whether none is left; the source has to go
// then, as it would show every key without items.
func dropFiles(parent *yaml.RNode, projections []Projection) (dropped, empty bool) {
	for _, shown := range pod.Mountables {
		items := manifest.Value(parent, shown.Volume, "items")
		if len(manifest.List(items)) == 0 {
			continue
		}
		if yamledit.Retain(items, func(item *yaml.RNode) bool { return !HasPath(projections, manifest.Text(item, "path")) }) {
			return true, len(manifest.List(items)) == 0
		}
	}
	return false, false
}

func (d *Deployment) fileReplaced(projections []Projection) trust.Finding {
	var paths []string
	for _, p := range projections {
		for _, i := range p.Items {
			paths = append(paths, i.Path)
		}
	}
	return trust.Finding{Code: manifest.FileReplaced, Object: d.String(), Message: fmt.Sprintf(
		"the volume at the certs directory has %s already; what is given takes its place", strings.Join(paths, ", "))}
}

// asProjected makes a volume a projected one, with the old source in it, and returns its sources.
// The file mode is the whole volume's then, and a Secret's name has another key.
func asProjected(v *pod.Volume) (sources *yaml.RNode, err error) {
	old := manifest.Value(v.Node, v.Kind)
	if v.Kind == "projected" {
		if sources = manifest.Value(old, "sources"); sources != nil {
			return sources, nil
		}
		return yamledit.Set(old, "sources", yamledit.List())
	}
	shown, _ := pod.MountableFor(v.Kind)
	source, projected := yamledit.Map(), yamledit.Map()
	yamledit.MoveField(old, shown.NameKey, source, "name")
	yamledit.MoveField(old, "items", source, "items")
	yamledit.MoveField(old, "optional", source, "optional")
	sources = yamledit.List(yamledit.Map(yamledit.Pair{Key: v.Kind, Value: source}))
	if sources, err = yamledit.Set(projected, "sources", sources); err != nil {
		return nil, err
	}
	yamledit.MoveField(old, "defaultMode", projected, "defaultMode")
	yamledit.ReplaceField(v.Node, v.Kind, "projected", projected)
	return sources, nil
}
