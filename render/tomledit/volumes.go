package tomledit

import (
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
// type than the runner's are left out.
func (c *Config) Volumes() (all []Volume) {
	type runner struct {
		Kubernetes struct{ Volumes map[string][]Volume }
	}
	tree := struct{ Runners []runner }{make([]runner, 1)}
	_ = toml.Unmarshal([]byte(c.text), &tree) // which compares keys without regard to case, as the runner does
	volumes := tree.Runners[0].Kubernetes.Volumes
	for _, kind := range slices.Sorted(maps.Keys(volumes)) {
		for _, v := range volumes[kind] {
			v.Kind = strings.ToLower(kind)
			all = append(all, v)
		}
	}
	return all
}

// AddJobVolumes returns the text with read-only volumes of the kinds config_map and secret, as
// tables behind the other tables of the [[runners]], between two comments. Volumes of an earlier
// call are replaced. The error is an *EditError.
func (c *Config) AddJobVolumes(volumes ...Volume) (text string, err error) {
	if c, err = edited(c.RemoveJobVolumes()); err != nil {
		return "", err
	}
	lines := tables(volumes)
	return c.insert(c.end, "kubernetes", c.withVolumes(strings.Join(lines, "\n")), lines...)
}

// RemoveJobVolumes returns the text without what AddJobVolumes has added, to the byte. The error
// is an *EditError.
func (c *Config) RemoveJobVolumes() (text string, err error) {
	at, err := marked(c.text, volumesBegin, volumesEnd)
	if err != nil {
		return "", c.refuse("kubernetes", err.Error(), "", nil)
	}
	if at.to == 0 {
		return c.text, nil
	}
	text = c.wholeLines(span{at.from, at.to - 1}).replace(c.text, "")
	before, err := Parse(text)
	if err == nil && reflect.DeepEqual(before.treeWith("kubernetes", before.withVolumes(c.text[at.from:at.to])), c.tree) {
		return text, nil
	}
	return "", c.refuse("kubernetes", notChanged, "", err)
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

// withVolumes returns the runner's kubernetes with the volumes that lines of TOML have.
func (c *Config) withVolumes(lines string) any {
	added, _ := decode(lines) // what does not parse adds nothing
	runner, _ := added["runners"].(map[string]any)
	return merged(c.table[c.key("kubernetes")], runner["kubernetes"])
}

// merged returns a value with what another one adds to its tables and arrays.
func merged(value, added any) any {
	if list, isList := added.([]any); isList {
		old, _ := value.([]any)
		return slices.Concat(old, list)
	}
	table, _ := added.(map[string]any)
	old, _ := value.(map[string]any)
	all := map[string]any{}
	maps.Copy(all, old)
	for key := range table {
		all[key] = merged(old[key], table[key])
	}
	return all
}
