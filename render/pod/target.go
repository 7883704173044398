package pod

import (
	"path"

	"helm-runnertrust/render/manifest"
)

// SharedVolume returns the volume that is mounted at a directory already, and that more files can be
// added to; nil where nothing is mounted there. It refuses what keeps the directory from being laid
// out: mounts below it, a read-only parent, two mounts that hide one another, another kind of volume.
func (c *Container) SharedVolume(dir string) (*Volume, error) {
	for _, m := range c.Mounts {
		if IsBelow(m.Path, dir) {
			return nil, c.refuseMount(m, "is below the certs directory "+dir)
		}
	}
	at := c.byPath[dir]
	switch {
	case len(at) > 1:
		return nil, c.refuseMount(at[1], "is a second one at the certs directory")
	case len(at) == 0:
		return nil, c.refuseReadOnly(dir)
	}
	m := at[0]
	if m.subPath != "" {
		return nil, c.refuseMount(m, "has a "+m.subKey+", so nothing can be added to it")
	}
	v := c.Runner.byName[m.Volume]
	if v == nil {
		return nil, c.refuseMount(m, "names no volume of the pod")
	}
	if !v.isFiles() {
		return nil, c.refuseMount(m, "is of kind "+v.Kind+", so nothing can be added to it")
	}
	return v, nil
}

// refuseReadOnly refuses a parent mount in which the container runtime cannot make the folder to
// mount at.
func (c *Container) refuseReadOnly(dir string) error {
	for _, parent := range c.nearest(path.Dir(dir)) {
		v := c.Runner.byName[parent.Volume]
		if parent.readOnly || v != nil && parent.isReadOnly(v) {
			return c.refuseMount(parent, "is read-only, and the certs directory "+dir+" is inside of it")
		}
	}
	return nil
}

// refuseMount names the mount and its volume.
func (c *Container) refuseMount(m Mount, why string) error {
	return c.Runner.Refuse(manifest.MountConflict, c.Field("volumeMounts"), "the mount of volume %s %s", m, why)
}
