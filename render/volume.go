package render

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ownVolume is the name of the volume that has the ConfigMap and nothing
// else; the volume is made, or brought up to date.
func (r *runner) ownVolume(c *certs) (string, error) {
	volumes, err := r.list(r.pod, "volumes")
	if err != nil {
		return "", err
	}
	taken := map[string]bool{}
	for _, volume := range volumes {
		name, err := r.textAt(volume, "name")
		if err != nil {
			return "", err
		}
		taken[name] = true
		configMap, err := r.textAt(volume, "configMap", "name")
		if err != nil {
			return "", err
		}
		if configMap == c.name {
			return name, r.updateItems(volume, c)
		}
	}
	name := volumeName
	for n := 2; taken[name]; n++ {
		name = volumeName + "-" + strconv.Itoa(n)
	}
	prepend(r.pod, "volumes", mapping(pair{"name", text(name)}, pair{"configMap", c.volumeSource()}))
	return name, nil
}

// volumeSource is a ConfigMapVolumeSource, and just as well the
// ConfigMapProjection of a projected volume.
func (c *certs) volumeSource() *yaml.Node {
	return mapping(pair{"name", text(c.name)}, pair{"items", c.items()})
}

func (c *certs) items() *yaml.Node {
	list := sequence()
	for _, file := range c.files() {
		list.Content = append(list.Content, mapping(pair{"key", text(c.key(file))}, pair{"path", text(file)}))
	}
	return list
}

// updateItems sets the items of a volume's, or a projection's, ConfigMap.
// Where only the names differ, the old nodes stay.
func (r *runner) updateItems(parent *yaml.Node, c *certs) error {
	source, err := field(parent, "configMap")
	if err != nil {
		return r.at(err)
	}
	old, err := r.list(source, "items")
	if err != nil {
		return err
	}
	wanted := c.items()
	if len(old) != len(wanted.Content) {
		setField(source, "items", wanted)
		return nil
	}
	for i, item := range wanted.Content {
		for j := 0; j < len(item.Content); j += 2 {
			if _, err := r.textAt(old[i], item.Content[j].Value); err != nil {
				return err
			}
			setField(old[i], item.Content[j].Value, item.Content[j+1])
		}
	}
	return nil
}

// share adds the ConfigMap to a volume that is mounted at the certs directory
// already. A volume with another source becomes a projected one, which shows
// the files of all its sources; its name, and so its mount, stay.
func (f *filter) share(r *runner, volume *yaml.Node, c *certs) error {
	name, err := r.textAt(volume, "configMap", "name")
	if err != nil {
		return err
	}
	if name == c.name {
		return r.updateItems(volume, c)
	}
	projected, err := r.projected(volume)
	if err != nil {
		return err
	}
	sources, err := r.ensureList(projected, "sources")
	if err != nil {
		return err
	}
	for _, source := range sources.Content {
		if name, err = r.textAt(source, "configMap", "name"); err != nil {
			return err
		}
		if name == c.name {
			return r.updateItems(source, c)
		}
	}
	if err := f.dropReplaced(r, sources, c); err != nil {
		return err
	}
	// Last, because of two sources with a file of one name the later wins
	// (collectData in pkg/volume/projected/projected.go of Kubernetes).
	sources.Content = append(sources.Content, mapping(pair{"configMap", c.volumeSource()}))
	return nil
}

// projected is the projected source of a volume. A secret or configMap source
// is made one, with the old source in it: the file mode is the whole volume's
// then, and a Secret's name has another key.
func (r *runner) projected(volume *yaml.Node) (*yaml.Node, error) {
	for i := 0; i+1 < len(volume.Content); i += 2 {
		kind, old := volume.Content[i].Value, volume.Content[i+1]
		if kind == "projected" {
			return old, nil
		}
		if kind != "secret" && kind != "configMap" {
			continue
		}
		source, shared, err := r.projection(kind, old)
		if err != nil {
			return nil, err
		}
		setField(shared, "sources", sequence(mapping(pair{kind, source})))
		volume.Content[i], volume.Content[i+1] = renamed(volume.Content[i], "projected"), shared
		return shared, nil
	}
	return nil, r.refuse(MountConflict, "volumes", "a volume has no source")
}

// projection turns a secret or configMap source into one of a projected
// volume, and what it says of the whole volume.
func (r *runner) projection(kind string, old *yaml.Node) (source, shared *yaml.Node, err error) {
	source, shared = mapping(), mapping()
	nameKey := "name"
	if kind == "secret" {
		nameKey = "secretName"
	}
	for _, part := range []struct {
		into     *yaml.Node
		old, new string
	}{
		{source, nameKey, "name"},
		{source, "items", "items"},
		{source, "optional", "optional"},
		{shared, "defaultMode", "defaultMode"},
	} {
		key, value, err := entry(old, part.old)
		if err != nil {
			return nil, nil, r.at(err)
		}
		if value != nil && !isNull(value) {
			part.into.Content = append(part.into.Content, renamed(key, part.new), value)
		}
	}
	return source, shared, nil
}

// renamed is a new key in the place of another, with its comments. A comment
// below stays where it is.
func renamed(old *yaml.Node, name string) *yaml.Node {
	key := text(name)
	key.HeadComment, key.LineComment = old.HeadComment, old.LineComment
	return key
}

// dropReplaced takes the items out of older sources that have the path of one
// of our files: the API server refuses two items with one path.
func (f *filter) dropReplaced(r *runner, sources *yaml.Node, c *certs) error {
	var kept []*yaml.Node
	for _, source := range sources.Content {
		dropped, left, err := r.dropItems(source, c)
		if err != nil {
			return err
		}
		if dropped {
			f.warn(Warning{Code: FileReplaced, Object: r.String(), Message: fmt.Sprintf(
				"the volume at the certs directory has %s already; the given certificate takes its place",
				strings.Join(c.files(), ", "))})
		}
		if left {
			kept = append(kept, source)
		}
	}
	sources.Content = kept
	return nil
}

// dropItems tells whether items had to go, and whether any part of the source
// is left: without items, a source shows every key that it has.
func (r *runner) dropItems(source *yaml.Node, c *certs) (dropped, left bool, err error) {
	for i := 1; i < len(source.Content); i += 2 {
		items, err := r.list(source.Content[i], "items")
		if err != nil {
			return false, false, err
		}
		var kept []*yaml.Node
		for _, item := range items {
			path, err := r.textAt(item, "path")
			if err != nil {
				return false, false, err
			}
			if c.bundles[path] == nil {
				kept = append(kept, item)
			}
		}
		if len(kept) < len(items) {
			setField(source.Content[i], "items", sequence(kept...))
			return true, len(kept) > 0, nil
		}
	}
	return false, true, nil
}

// volumeOf is the volume of a mount and its kind ("emptyDir", "secret", …);
// nil and "" where the pod has none of this name.
func (r *runner) volumeOf(mount *yaml.Node) (volume *yaml.Node, kind string, err error) {
	name, err := r.textAt(mount, "name")
	if err != nil {
		return nil, "", err
	}
	volumes, err := field(r.pod, "volumes")
	if err != nil {
		return nil, "", r.at(err)
	}
	if volume, err = named(volumes, name); err != nil || volume == nil {
		return nil, "", r.at(err)
	}
	for i := 0; i+1 < len(volume.Content); i += 2 {
		if key := volume.Content[i].Value; key != "name" && !isNull(volume.Content[i+1]) {
			return volume, key, nil
		}
	}
	// SetDefaults_Volume in pkg/apis/core/v1/defaults.go of Kubernetes.
	return volume, "emptyDir", nil
}

// ensureList is the list under a key, made where there is none.
func (r *runner) ensureList(node *yaml.Node, key string) (*yaml.Node, error) {
	if _, err := r.list(node, key); err != nil {
		return nil, err
	}
	value, err := field(node, key)
	if err != nil {
		return nil, r.at(err)
	}
	if value == nil {
		value = sequence()
		setField(node, key, value)
	}
	return value, nil
}
