package render

import (
	"path"
	"slices"
	"strings"

	"helm-runnertrust/render/yamledit"
)

// A mount is an entry of a container's volumeMounts.
type mount struct {
	volume   string
	path     string // cleaned
	written  string // as it is written: "…/certs/"
	subPath  string // of either kind
	subKey   string // which kind: "subPath", "subPathExpr" or ""
	readOnly bool
}

// mounts are the volumeMounts of a container.
func (c *container) mounts() []mount {
	var all []mount
	for _, node := range list(c.node, "volumeMounts") {
		written := text(node, "mountPath")
		m := mount{volume: text(node, "name"), path: path.Clean(written), written: written}
		for _, key := range []string{"subPathExpr", "subPath"} {
			if sub := text(node, key); sub != "" {
				m.subPath, m.subKey = sub, key
			}
		}
		m.readOnly = isTrue(text(node, "readOnly"))
		all = append(all, m)
	}
	return all
}

// isTrue reports whether a scalar is a true bool of YAML 1.1, which Kubernetes reads.
func isTrue(scalar string) bool {
	return slices.Contains([]string{"true", "y", "yes", "on"}, strings.ToLower(scalar))
}

// mountAt mounts a volume of its own at a directory, or adds to the one that is mounted there
// already. own is the name of the ConfigMap that an earlier run may have made.
func (c *container) mountAt(dir string, content []projection, own string, warn func(Warning)) error {
	there, err := c.mountedVolume(dir)
	if err != nil {
		return err
	}
	if there != nil {
		return there.add(content, own, warn)
	}
	name, err := c.runner.ownVolume(content)
	if err != nil {
		return err
	}
	mounts, err := ensure(c.node, "volumeMounts", yamledit.List())
	if err != nil {
		return c.runner.placed(err)
	}
	yamledit.Prepend(mounts, yamledit.Map(
		yamledit.Pair{Key: "name", Value: yamledit.Text(name)},
		yamledit.Pair{Key: "mountPath", Value: yamledit.Text(dir)},
		yamledit.Pair{Key: "readOnly", Value: yamledit.True()},
	))
	return nil
}

// mountedVolume is the volume that is mounted at a directory, nil where there is none. It refuses
// what keeps the directory from being there: mounts below it, a read-only parent, two mounts that
// hide one another (`/x/certs` and `/x/certs/` are two for the API server).
func (c *container) mountedVolume(dir string) (*volume, error) {
	var at, parent *mount
	for _, m := range c.mounts() {
		switch {
		case m.path == dir && at != nil:
			return nil, c.refuseMount(m, "is a second one at the certs directory")
		case m.path == dir:
			at = &m
		case isBelow(m.path, dir):
			return nil, c.refuseMount(m, "is below the certs directory "+dir)
		case isBelow(dir, m.path) && (parent == nil || len(m.path) > len(parent.path)):
			parent = &m
		}
	}
	switch {
	case at != nil:
		return c.sharedVolume(*at)
	case parent != nil:
		return nil, c.refuseReadOnly(*parent, dir)
	}
	return nil, nil
}

// isBelow reports whether a cleaned path is inside a folder.
func isBelow(name, folder string) bool {
	return strings.HasPrefix(name, strings.TrimSuffix(folder, "/")+"/")
}

// sharedVolume is the volume of a mount that is at the directory already.
func (c *container) sharedVolume(m mount) (*volume, error) {
	if m.subPath != "" {
		return nil, c.refuseMount(m, "has a "+m.subKey+", so nothing can be added to it")
	}
	v := c.runner.volume(m.volume)
	if v == nil {
		return nil, c.refuseMount(m, "names no volume of the pod")
	}
	switch v.kind() {
	case "secret", "configMap", "projected":
		return v, nil
	}
	return nil, c.refuseMount(m, "is of kind "+v.kind()+", so nothing can be added to it")
}

// refuseReadOnly refuses a parent mount in which the container runtime cannot make the folder to
// mount at: one that says so, and the volumes that always are read-only.
func (c *container) refuseReadOnly(parent mount, dir string) error {
	readOnly := parent.readOnly
	if v := c.runner.volume(parent.volume); v != nil {
		readOnly = readOnly || slices.Contains([]string{"secret", "configMap", "projected", "downwardAPI"}, v.kind())
	}
	if readOnly {
		return c.refuseMount(parent, "is read-only, and the certs directory "+dir+" is inside of it")
	}
	return nil
}

// refuseMount names the mount and its volume.
func (c *container) refuseMount(m mount, why string) error {
	return c.runner.refuse(MountConflict, c.field("volumeMounts"), "the mount of volume %q at %s %s", m.volume, m.written, why)
}
