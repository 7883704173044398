package tomledit

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// The comments around the volumes that we add.
const (
	volumesBegin = "# helm-runnertrust: volumes begin"
	volumesEnd   = "# helm-runnertrust: volumes end"
)

// volumesKey names the tables of volumes in errors.
const volumesKey = "runners.kubernetes.volumes"

// A Volume is a [[runners.kubernetes.volumes.KIND]]: what the kubernetes executor mounts in each
// container of a job pod.
type Volume struct {
	Kind      string            // "config_map", "secret", "pvc", "empty_dir", …
	Name      string            // of the object, and of the pod's volume
	MountPath string            // where the containers see it
	SubPath   string            // the one file of it that is mounted; "" for all
	Items     map[string]string // key → path in the volume; nil for all keys
	Line      int               // of the header, from 1; AddJobVolumes does not look at it
}

// Volumes returns the volumes of job pods, by kind, then in order.
func (r Runner) Volumes() []Volume {
	kinds, _, _ := read[map[string]any](r, "kubernetes", "volumes")
	var all []Volume
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		tables, line, _ := read[[]any](r, "kubernetes", "volumes", kind)
		for i := range tables {
			table, _ := tables[i].(map[string]any)
			one := Runner{table: table}
			v := Volume{Kind: strings.ToLower(kind), Line: r.lineOfItem(i, len(tables), line, "kubernetes", "volumes", kind)}
			v.Name, _, _ = one.String("name")
			v.MountPath, _, _ = one.String("mount_path")
			v.SubPath, _, _ = one.String("sub_path")
			items, _, _ := read[map[string]any](one, "items")
			for key := range items {
				if v.Items == nil {
					v.Items = map[string]string{}
				}
				v.Items[key], _ = items[key].(string)
			}
			all = append(all, v)
		}
	}
	return all
}

// AddJobVolumes returns the text with read-only volumes of the kinds config_map and secret, as
// tables of their own behind the other tables of the [[runners]], between two comments. Volumes of
// an earlier call are replaced. The error is an *EditError.
func (c *Config) AddJobVolumes(volumes ...Volume) (text string, err error) {
	if text, err = c.RemoveJobVolumes(); err != nil {
		return "", err
	}
	if text != c.text {
		if c, err = Parse(text); err != nil {
			return "", err // not reached: RemoveJobVolumes has parsed it
		}
	}
	lines := tables(volumes)
	add := strings.Join(lines, "\n")
	for _, v := range volumes {
		path := append(strings.Split(volumesKey, ".")[1:], v.Kind)
		if _, spelled := c.walk(path); c.array != "runners" || !slices.Equal(spelled, path[:len(spelled)]) {
			return "", c.refuse(volumesKey, "the text has it in another spelling", add)
		}
	}
	at, inserted := c.insertion(c.end, c.indent+strings.Join(lines, c.lineBreak()+c.indent))
	return c.change(volumesKey, span{at, at}, inserted, c.withVolumes(add), add)
}

// RemoveJobVolumes returns the text without what AddJobVolumes has added, to the byte. The error
// is an *EditError.
func (c *Config) RemoveJobVolumes() (text string, err error) {
	at, err := marked(c.text, volumesBegin, volumesEnd)
	if err != nil {
		return "", c.refuse(volumesKey, err.Error(), "")
	}
	if at.to == 0 {
		return c.text, nil
	}
	whole := c.wholeLines(span{at.from, at.to - 1})
	text = c.text[:whole.from] + c.text[whole.to:]
	before, err := Parse(text)
	if err == nil && reflect.DeepEqual(before.treeWith(before.withVolumes(c.text[at.from:at.to])), c.tree) {
		return text, nil
	}
	return "", c.refuse(volumesKey, notChanged, "")
}

// tables returns the lines of volumes.
func tables(volumes []Volume) []string {
	lines := []string{volumesBegin}
	for _, v := range volumes {
		lines = append(lines,
			"[["+volumesKey+"."+v.Kind+"]]",
			"  name = "+quote(v.Name),
			"  mount_path = "+quote(v.MountPath))
		if v.SubPath != "" {
			lines = append(lines, "  sub_path = "+quote(v.SubPath))
		}
		lines = append(lines, "  read_only = true")
		if len(v.Items) > 0 {
			lines = append(lines, "  ["+volumesKey+"."+v.Kind+".items]")
		}
		for _, key := range slices.Sorted(maps.Keys(v.Items)) {
			lines = append(lines, "    "+quote(key)+" = "+quote(v.Items[key]))
		}
	}
	return append(lines, volumesEnd)
}

// withVolumes returns the runner's table with the volumes that lines of TOML have.
func (c *Config) withVolumes(lines string) map[string]any {
	added, _ := decode(lines) // what does not parse adds nothing
	table, _ := merged(c.table, added["runners"]).(map[string]any)
	return table
}

// merged returns a value with what another one adds to its tables and arrays.
func merged(value, added any) any {
	switch added := added.(type) {
	case map[string]any:
		table, _ := value.(map[string]any)
		all := map[string]any{}
		maps.Copy(all, table)
		for key := range added {
			all[key] = merged(all[key], added[key])
		}
		return all
	case []any:
		list, _ := value.([]any)
		return slices.Concat(list, added)
	case nil:
		return value
	}
	return added
}
