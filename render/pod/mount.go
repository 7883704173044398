package pod

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
)

// A Mount is an entry of a container's volumeMounts.
type Mount struct {
	Volume   string
	Path     string // cleaned
	written  string // as it is written: "…/certs/"
	subPath  string // of either kind
	subKey   string // which kind: "subPath", "subPathExpr" or ""
	readOnly bool
}

// String returns the mount's name in messages.
func (m Mount) String() string { return fmt.Sprintf("%q at %s", m.Volume, m.written) }

func readMount(node *yaml.RNode) Mount {
	m := Mount{Volume: manifest.Text(node, "name"), written: manifest.Text(node, "mountPath")}
	m.Path = path.Join("/", m.written) // makeMounts in pkg/kubelet/kubelet_pods.go of Kubernetes
	for _, key := range []string{"subPathExpr", "subPath"} {
		if sub := manifest.Text(node, key); sub != "" {
			m.subPath, m.subKey = sub, key
		}
	}
	m.readOnly = manifest.IsTrue(manifest.Text(node, "readOnly"))
	return m
}

// IsBelow reports whether a cleaned path is inside a folder.
func IsBelow(name, folder string) bool {
	return strings.HasPrefix(name, strings.TrimSuffix(folder, "/")+"/")
}

// nearest returns the mounts that a path is on: those at the longest of the paths that are mounted at
// it or above it. There can be several, as the API server takes /x/certs and /x/certs/ for two.
func (c *Container) nearest(file string) []Mount {
	for at := file; ; at = path.Dir(at) {
		if there := c.byPath[at]; len(there) > 0 {
			return there
		}
		if at == path.Dir(at) {
			return nil
		}
	}
}

// inVolume returns the path that a path at or below the mount has in its volume.
func (m Mount) inVolume(file string) string {
	return path.Join(m.subPath, strings.TrimPrefix(strings.TrimPrefix(file, m.Path), "/"))
}

// closedAround returns the read-only mount that one is inside of, with why the container runtime cannot make
// what it is to be mounted at; nil for none. sure is false where that may be there already.
func (c *Container) closedAround(m Mount) (around *Mount, why string, sure bool) {
	for _, parent := range c.nearest(path.Dir(m.Path)) {
		v := c.Runner.byName[parent.Volume]
		if v == nil || !parent.readOnly && !v.isReadOnly() {
			continue
		}
		at := parent.inVolume(m.Path)
		folder, file := c.Runner.shape(m)
		for _, shown := range Paths(v.Sources...) {
			switch {
			case shown == at && !file:
				return &parent, "has a file where it needs a folder", folder
			case IsBelow(shown, at) && !folder:
				return &parent, "has a folder where it needs a file", file
			case shown == at || IsBelow(shown, at):
				return nil, "", false
			}
		}
		showsAll := slices.ContainsFunc(v.Sources, func(s Source) bool { return len(s.Items) == 0 })
		return &parent, "is read-only and does not have its folder",
			v.Kind == "emptyDir" && c.Runner.otherMounting(v.Name) == "" || v.isShown() && parent.subKey == "" && (folder || !showsAll)
	}
	return nil, "", false
}

// shape reports whether a mount is a folder, or a file, for sure. Where a subPath is nothing that is there, the
// kubelet makes a folder (SafeMakeDir in pkg/volume/util/subpath of Kubernetes).
func (r *Runner) shape(m Mount) (folder, file bool) {
	v := r.byName[m.Volume]
	switch {
	case m.subKey == "":
		return v == nil || v.Kind != "hostPath", false
	case m.subKey != "subPath" || v == nil:
		return false, false
	case !v.isFiles():
		return v.Kind == "emptyDir" && r.otherMounting(v.Name) == "", false
	}
	at, unseen := path.Clean(m.subPath), false
	file = slices.Contains(Paths(v.Sources...), at)
	for _, s := range v.Sources {
		if len(s.Items) > 0 {
			continue
		}
		o := r.find(s)
		file = file || o != nil && slices.Contains(o.DataKeys(), at)
		unseen = unseen || o == nil
	}
	return !file && !unseen, file
}

// clash says which mounts need one another's place to be a file and a folder, and may not be the same; "" for none.
func (r *Runner) clash() string {
	type place struct{ of, path string } // the volume, or the container, that a mount is put into
	first := map[place]Mount{}
	for _, c := range r.all {
		for _, m := range c.Mounts {
			at := place{"container " + c.Name, m.Path}
			if around := c.nearest(path.Dir(m.Path)); len(around) > 0 {
				at = place{around[0].Volume, around[0].inVolume(m.Path)}
			}
			other, taken := first[at]
			if !taken {
				first[at] = m
				continue
			}
			isSame := m.Volume == other.Volume && m.subPath == other.subPath && m.subKey == other.subKey
			folder, file := r.shape(m)
			otherFolder, otherFile := r.shape(other)
			if !isSame && (!folder || !otherFolder) && (!file || !otherFile) {
				return fmt.Sprintf("of the mounts %s and %s at one place, one may be a file and the other a folder", other, m)
			}
		}
	}
	return ""
}

// mounts reports whether the container mounts a volume of the pod.
func (c *Container) mounts(volume string) bool {
	return slices.ContainsFunc(c.Mounts, func(m Mount) bool { return m.Volume == volume })
}

// otherMounting returns the name of a container that does not run a runner and mounts a volume; ""
// for none.
func (r *Runner) otherMounting(volume string) string {
	for _, other := range r.all {
		if !slices.Contains(r.Containers, other) && other.mounts(volume) {
			return other.Name
		}
	}
	return ""
}

// SharedVolume returns the volume that is mounted at a directory already, and that more files can be
// added to; nil where nothing is mounted there. It refuses what keeps the directory from being laid
// out: mounts below it, a read-only parent, two mounts that hide one another, another kind of volume.
func (c *Container) SharedVolume(dir string) (*Volume, error) {
	refuse := func(m Mount, why string) error {
		return c.Runner.Refuse(manifest.MountConflict, c.Field("volumeMounts"), "the mount of volume %s %s", m, why)
	}
	for _, m := range c.Mounts {
		if IsBelow(m.Path, dir) {
			return nil, refuse(m, "is below the certs directory "+dir)
		}
	}
	at := c.byPath[dir]
	if len(at) == 0 {
		if around, _, _ := c.closedAround(Mount{Path: dir}); around != nil {
			return nil, refuse(*around, "is read-only, and the certs directory "+dir+" is inside of it")
		}
		return nil, nil
	}
	m, v := at[0], c.Runner.byName[at[0].Volume]
	switch {
	case len(at) > 1:
		return nil, refuse(at[1], "is a second one at the certs directory")
	case m.subPath != "":
		return nil, refuse(m, "has a "+m.subKey+", so nothing can be added to it")
	case v == nil:
		return nil, refuse(m, "names no volume of the pod")
	case !v.isFiles():
		return nil, refuse(m, "is of kind "+v.Kind+", so nothing can be added to it")
	}
	return v, nil
}
