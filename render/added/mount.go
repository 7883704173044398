package added

import (
	"slices"
	"strconv"

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
func (d *Deployment) Mount(projections []pod.Source, dirs []string) (warnings []trust.Finding, err error) {
	newVolume := ""
	joined := map[*pod.Volume]bool{}
	for i, c := range d.Containers {
		shared, err := c.SharedVolume(dirs[i])
		switch {
		case err != nil:
			return nil, err
		case shared == nil:
			if newVolume == "" {
				newVolume = d.addVolume(projections)
			}
			d.addItem(mount, c.Name, NewMount(newVolume, dirs[i]))
		case !joined[shared]:
			joined[shared] = true
			replaced, err := d.join(shared, projections)
			if err != nil {
				return nil, err
			}
			if replaced {
				warnings = append(warnings, trust.Finding{Code: manifest.FileReplaced, Object: d.String(),
					Message: "the volume at the certs directory has such a file already; the new one takes its place"})
			}
		}
	}
	return warnings, nil
}

// addVolume adds a volume under the next name that is free.
func (d *Deployment) addVolume(projections []pod.Source) (name string) {
	name = VolumeName
	for n := 2; d.HasName(name); n++ {
		name = VolumeName + "-" + strconv.Itoa(n)
	}
	d.addItem(volume, "", NewVolume(name, projections...))
	return name
}

// NewVolume returns a volume of a pod that shows the projections.
func NewVolume(name string, projections ...pod.Source) *yaml.RNode {
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
// name, and so its mount, stay. It reports whether files of the volume had to go: the API server refuses
// two items with one path.
func (d *Deployment) join(v *pod.Volume, projections []pod.Source) (replaced bool, err error) {
	err = d.changeItem(volume, "", v.Node, func() {
		sources, paths := asProjected(v), pod.Paths(projections...)
		yamledit.Retain(sources, func(source *yaml.RNode) bool {
			for _, shown := range pod.Mountables {
				items := manifest.Value(source, shown.Volume, "items")
				if yamledit.Retain(items, func(item *yaml.RNode) bool { return !slices.Contains(paths, manifest.Text(item, "path")) }) {
					replaced = true
					return len(manifest.List(items)) > 0 // without items, it would show every key
				}
			}
			return true
		})
		if v.Kind != "projected" && len(manifest.List(sources)) == 0 {
			key, source := volumeSource(projections)
			yamledit.ReplaceField(v.Node, "projected", key, source)
			return
		}
		// Last, because of two sources with a file of one name the later wins (collectData in
		// pkg/volume/projected/projected.go of Kubernetes).
		yamledit.Append(sources, projected(projections)...)
	})
	return replaced, err
}

// asProjected makes a volume a projected one, with the old source in it, and returns its sources.
// The file mode is the whole volume's then, and a Secret's name has another key.
func asProjected(v *pod.Volume) (sources *yaml.RNode) {
	old := manifest.Value(v.Node, v.Kind)
	if v.Kind == "projected" {
		if sources = manifest.Value(old, "sources"); sources != nil {
			return sources
		}
		return yamledit.Set(old, "sources", yamledit.List())
	}
	shown, _ := pod.MountableFor(v.Kind)
	source := yamledit.Map()
	yamledit.MoveField(old, shown.NameKey, source, "name")
	yamledit.MoveField(old, "items", source, "items")
	yamledit.MoveField(old, "optional", source, "optional")
	sources = yamledit.List(yamledit.Map(yamledit.Pair{Key: v.Kind, Value: source}))
	projected := yamledit.Map(yamledit.Pair{Key: "sources", Value: sources})
	yamledit.MoveField(old, "defaultMode", projected, "defaultMode")
	yamledit.ReplaceField(v.Node, v.Kind, "projected", projected)
	return sources
}

// volumeSource returns the source of a volume that shows the projections: one of its own kind for
// one, a projected one for several.
func volumeSource(projections []pod.Source) (key string, source *yaml.RNode) {
	if len(projections) == 1 {
		shown, _ := pod.MountableFor(projections[0].Kind)
		return shown.Volume, sourceOf(projections[0], shown.NameKey)
	}
	return "projected", yamledit.Map(yamledit.Pair{Key: "sources", Value: yamledit.List(projected(projections)...)})
}

// projected returns the sources of a projected volume.
func projected(projections []pod.Source) (sources []*yaml.RNode) {
	for _, p := range projections {
		shown, _ := pod.MountableFor(p.Kind)
		sources = append(sources, yamledit.Map(yamledit.Pair{Key: shown.Volume, Value: sourceOf(p, "name")}))
	}
	return sources
}

// sourceOf returns a ConfigMapVolumeSource or SecretVolumeSource, or the projection of one, with some of the object's
// keys. Nothing else of it, a private key for instance, reaches the pod.
func sourceOf(p pod.Source, nameKey string) *yaml.RNode {
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
