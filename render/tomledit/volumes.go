package tomledit

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// The comments around the volumes of AddJobVolumes.
const (
	volumesBegin = "# helm-runnertrust: volumes begin"
	volumesEnd   = "# helm-runnertrust: volumes end"
)

// A Volume is a [[runners.kubernetes.volumes.KIND]]: what the kubernetes executor mounts in each
// container of a job pod.
type Volume struct {
	Kind      string            `toml:"-"`          // "config_map", "secret", "pvc", "empty_dir", …
	Name      string            `toml:"name"`       // of the object, and of the pod's volume
	MountPath string            `toml:"mount_path"` // where the containers see it
	SubPath   string            `toml:"sub_path"`   // the one file of it that is mounted; "" for all
	Items     map[string]string `toml:"items"`      // key → path in the volume; nil for all keys
}

// Volumes returns the volumes of job pods, by kind, then in order. Those after a value of another
// type than the runner's are left out; see VolumesFit.
func (c *Config) Volumes() []Volume {
	if c.volumes == nil {
		return []Volume{}
	}
	all, _ := c.volumes()
	return slices.Clone(all)
}

// VolumesFit reports whether all settings of volumes have the runner's types.
func (c *Config) VolumesFit() bool {
	if c.volumes == nil {
		return true
	}
	_, fit := c.volumes()
	return fit
}

func readVolumes(text string) (all []Volume, fit bool) {
	type volume struct {
		Volume
		ReadOnly bool `toml:"read_only"`
	}
	type runner struct {
		Kubernetes struct{ Volumes map[string][]volume }
	}
	all = []Volume{}
	tree := struct{ Runners []runner }{make([]runner, 1)}
	err := toml.Unmarshal([]byte(text), &tree) // which compares keys without regard to case, as the runner does
	volumes := tree.Runners[0].Kubernetes.Volumes
	for _, kind := range slices.Sorted(maps.Keys(volumes)) {
		for _, v := range volumes[kind] {
			v.Kind = strings.ToLower(kind)
			all = append(all, v.Volume)
		}
	}
	return all, err == nil
}

// AddJobVolumes returns the text with read-only volumes of the kinds config_map and secret, as
// tables behind the other tables of the [[runners]], between two comments. The error is an *Error.
func (c *Config) AddJobVolumes(volumes ...Volume) (text string, err error) {
	all := slices.Concat(c.Volumes(), volumes)
	slices.SortStableFunc(all, func(a, b Volume) int { return cmp.Compare(a.Kind, b.Kind) })
	return c.insert(kubernetes, all, c.end, tables(volumes)...)
}

// RemoveJobVolumes returns the text without what AddJobVolumes has added, to the byte. The error
// is an *Error.
func (c *Config) RemoveJobVolumes() (text string, err error) {
	at, err := marked(c.text, volumesBegin, volumesEnd)
	if err != nil {
		return "", c.refuse(kubernetes, err.Error(), "")
	}
	if at.to == 0 {
		return c.text, nil
	}
	ours, err := Parse("[[runners]]\n" + c.text[at.from:at.to])
	if err != nil {
		return "", c.refuse(kubernetes, notChanged+": "+err.Error(), "")
	}
	indent := indentOf(c.text, strings.Index(c.text, volumesBegin))
	added := ours.Volumes()
	if indent+strings.Join(tables(added), "\n"+indent) != strings.TrimSuffix(c.text[at.from:at.to], "\n") {
		return "", c.refuse(kubernetes, "its volumes are not as they were added", "")
	}
	rest := slices.DeleteFunc(c.Volumes(), func(v Volume) bool {
		return slices.ContainsFunc(added, func(o Volume) bool { return reflect.DeepEqual(o, v) })
	})
	return c.remove(kubernetes, rest, span{at.from, at.to - 1})
}

// tables returns the lines of volumes.
func tables(volumes []Volume) []string {
	lines := []string{volumesBegin}
	for _, v := range volumes {
		name := "runners.kubernetes.volumes." + v.Kind
		lines = append(lines, "[["+name+"]]", "  name = "+quote(v.Name, ""), "  mount_path = "+quote(v.MountPath, ""))
		if v.SubPath != "" {
			lines = append(lines, "  sub_path = "+quote(v.SubPath, ""))
		}
		lines = append(lines, "  read_only = true")
		if len(v.Items) > 0 {
			lines = append(lines, "  ["+name+".items]")
		}
		for _, key := range slices.Sorted(maps.Keys(v.Items)) {
			lines = append(lines, "    "+quote(key, "")+" = "+quote(v.Items[key], ""))
		}
	}
	return append(lines, volumesEnd)
}
