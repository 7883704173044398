package render

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	volumeName         = "etc-gitlab-runner-certs"
	checksumAnnotation = "checksum/runner-certs"
)

// mount edits the Deployment: the volume, the mounts of its containers, and
// the annotation that rolls its pods.
func (f *filter) mount(r *runner, c *certs) error {
	for _, container := range r.containers {
		mounts, err := r.list(container.node, "volumeMounts")
		if err != nil {
			return err
		}
		volume, err := r.mountedVolume(container, mounts)
		if err != nil {
			return err
		}
		if volume != nil {
			if err := f.share(r, volume, c); err != nil {
				return err
			}
			continue
		}
		name, err := r.ownVolume(c)
		if err != nil {
			return err
		}
		prepend(container.node, "volumeMounts", mapping(
			pair{"name", text(name)},
			pair{"mountPath", text(container.certsDir)},
			pair{"readOnly", &yaml.Node{Kind: yaml.ScalarNode, Tag: tagBool, Value: "true"}},
		))
	}
	return r.annotate(c)
}

// mountedVolume is the volume that is mounted at the certs directory, nil
// where there is none. It refuses what keeps the directory from being there:
// mounts below it, a read-only parent, two mounts that hide one another
// (`/x/certs` and `/x/certs/` are two for the API server).
func (r *runner) mountedVolume(c *container, mounts []*yaml.Node) (*yaml.Node, error) {
	var at, parent *yaml.Node
	parentPath := ""
	for _, mount := range mounts {
		mountPath, err := r.textAt(mount, "mountPath")
		if err != nil {
			return nil, err
		}
		switch mountPath = path.Clean(mountPath); {
		case mountPath == c.certsDir && at != nil:
			return nil, r.refuseMount(c, mount, "is a second one at the certs directory")
		case mountPath == c.certsDir:
			at = mount
		case isBelow(mountPath, c.certsDir):
			return nil, r.refuseMount(c, mount, "is below the certs directory "+c.certsDir)
		case isBelow(c.certsDir, mountPath) && len(mountPath) > len(parentPath):
			parent, parentPath = mount, mountPath
		}
	}
	if at != nil {
		return r.shareable(c, at)
	}
	if parent == nil {
		return nil, nil
	}
	return nil, r.refuseReadOnly(c, parent)
}

// isBelow tells whether a cleaned path is inside a folder.
func isBelow(name, folder string) bool {
	return strings.HasPrefix(name, strings.TrimSuffix(folder, "/")+"/")
}

// shareable returns the volume of a mount that is at the certs directory
// already.
func (r *runner) shareable(c *container, mount *yaml.Node) (*yaml.Node, error) {
	for _, key := range []string{"subPath", "subPathExpr"} {
		sub, err := r.textAt(mount, key)
		if err != nil {
			return nil, err
		}
		if sub != "" {
			return nil, r.refuseMount(c, mount, "has a "+key+", so nothing can be added to it")
		}
	}
	volume, kind, err := r.volumeOf(mount)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "":
		return nil, r.refuseMount(c, mount, "names no volume of the pod")
	case "secret", "configMap", "projected":
		return volume, nil
	}
	return nil, r.refuseMount(c, mount, "is of kind "+kind+", so nothing can be added to it")
}

// refuseReadOnly refuses a parent mount in which the container runtime cannot
// make the folder to mount at: one that says so, and the volumes that always
// are read-only.
func (r *runner) refuseReadOnly(c *container, parent *yaml.Node) error {
	written, err := r.textAt(parent, "readOnly")
	if err != nil {
		return err
	}
	readOnly := slices.Contains([]string{"true", "y", "yes", "on"}, strings.ToLower(written)) // YAML 1.1
	_, kind, err := r.volumeOf(parent)
	if err != nil {
		return err
	}
	switch kind {
	case "secret", "configMap", "projected", "downwardAPI":
		readOnly = true
	}
	if readOnly {
		return r.refuseMount(c, parent, "is read-only, and the certs directory "+c.certsDir+" is inside of it")
	}
	return nil
}

// refuseMount names the mount and its volume.
func (r *runner) refuseMount(c *container, mount *yaml.Node, why string) error {
	mountPath, err := r.textAt(mount, "mountPath")
	if err != nil {
		return err
	}
	volume, err := r.textAt(mount, "name")
	if err != nil {
		return err
	}
	return r.refuse(MountConflict, "container "+c.name+", volumeMounts", "the mount of volume %q at %s %s", volume, mountPath, why)
}

// annotate writes the checksum into the pod template.
func (r *runner) annotate(c *certs) error {
	metadata, err := r.ensureMapping(r.template, "metadata")
	if err != nil {
		return err
	}
	annotations, err := r.ensureMapping(metadata, "annotations")
	if err != nil {
		return err
	}
	if _, err := r.textAt(annotations, checksumAnnotation); err != nil {
		return err
	}
	setField(annotations, checksumAnnotation, text(c.checksum()))
	return nil
}

// ensureMapping is the mapping under a key, made where there is none.
func (r *runner) ensureMapping(node *yaml.Node, key string) (*yaml.Node, error) {
	value, err := field(node, key)
	if err != nil {
		return nil, r.at(err)
	}
	if value == nil {
		value = mapping()
		setField(node, key, value)
	}
	if value.Kind != yaml.MappingNode {
		return nil, r.refuse(BadDocument, key, "it is not a mapping")
	}
	return value, nil
}

// list is the items of the list under a key, which may be absent or null.
func (r *runner) list(node *yaml.Node, key string) ([]*yaml.Node, error) {
	value, err := field(node, key)
	if err != nil {
		return nil, r.at(err)
	}
	if value != nil && value.Kind != yaml.SequenceNode {
		return nil, r.refuse(BadDocument, key, "it is not a list")
	}
	return items(value), nil
}

// prepend puts an item in front of the list under a key, made where there is
// none.
func prepend(node *yaml.Node, key string, item *yaml.Node) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if list := node.Content[i+1]; node.Content[i].Value == key && list.Kind == yaml.SequenceNode {
			list.Content = append([]*yaml.Node{item}, list.Content...)
			return
		}
	}
	setField(node, key, sequence(item))
}

// textAt is the function of this name, with the object's place in its error.
func (o *object) textAt(node *yaml.Node, keys ...string) (string, error) {
	value, err := textAt(node, keys...)
	return value, o.at(err)
}
