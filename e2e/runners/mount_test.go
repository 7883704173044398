package runners

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// A mount is a volume, or a part of one, in a container.
type mount struct {
	target   string
	volume   *volume
	sub      string // what of the volume is mounted; "" is all
	isFile   bool
	readOnly bool
}

// A root is what a container has in the place of files, in the order in which it was mounted.
type root []*mount

// mountsOf mounts volumes in a container, or says why it does not start.
func mountsOf(container any, volumes map[string]*volume) (root, error) {
	var all []*mount
	paths := map[string]bool{}
	for _, m := range list(container, "volumeMounts") {
		at1, sub, v := text(m, "mountPath"), text(m, "subPath"), volumes[text(m, "name")]
		// ValidateVolumeMounts in pkg/apis/core/validation/validation.go; the runtime takes no relative path,
		// and no colon (the CRI's syntax of old, which the API server no longer checks).
		switch {
		case v == nil, at1 == "", paths[at1]:
			return nil, fmt.Errorf("mount at %q", at1)
		case strings.HasPrefix(sub, "/"), strings.Contains("/"+sub+"/", "/../"): // validateLocalDescendingPath
			return nil, fmt.Errorf("subPath %q", sub)
		}
		paths[at1] = true
		one := &mount{target: path.Clean("/" + at1), volume: v, sub: sub, readOnly: !v.writes || at(m, "readOnly") == true}
		if sub != "" {
			_, one.isFile = v.files[sub]
			if !one.isFile && v.writes { // SafeMakeDir, called by makeMounts in pkg/kubelet/kubelet_pods.go
				v.made[sub] = true
			}
		}
		all = append(all, one)
	}
	// orderedMounts of containerd's CRI plugin: by depth, and otherwise as listed.
	slices.SortStableFunc(all, func(a, b *mount) int {
		return cmp.Compare(strings.Count(a.target, "/"), strings.Count(b.target, "/"))
	})
	var r root
	for _, m := range all {
		if err := r.mount(m); err != nil {
			return nil, fmt.Errorf("mount at %s: %w", m.target, err)
		}
	}
	return r, nil
}

// What may be at a path.
const (
	nothing = iota
	folder
	regular
	uncertain
)

// mount adds a mount, for which runc needs a mount point of the same kind (createMountpoint in
// libcontainer/rootfs_linux.go of runc 1.3): it makes one where it can write.
func (r *root) mount(m *mount) error {
	kind, over := r.look(m.target)
	switch {
	case kind == uncertain:
		return fmt.Errorf("not known")
	case m.sub != "" && m.volume.unknown: // it may be a file or a folder: verify says that it takes that to fit
	case kind == regular && !m.isFile, kind == folder && m.isFile:
		return fmt.Errorf("a file and a folder")
	case kind == nothing && over != nil:
		if over.readOnly || over.isFile {
			return fmt.Errorf("cannot be made in %s", over.target)
		}
		within := strings.Trim(path.Join(over.sub, strings.TrimPrefix(m.target, over.target)), "/")
		for ; within != "." && within != ""; within = path.Dir(within) {
			over.volume.made[within] = true
		}
	}
	*r = append(*r, m)
	return nil
}

// look says what is at a path, and which mount it is in; nil is the image, of which nothing is known.
func (r root) look(name string) (kind int, in *mount) {
	for _, m := range slices.Backward(r) {
		switch {
		case name == m.target && m.isFile:
			return regular, m
		case name == m.target:
			return folder, m
		case strings.HasPrefix(name, m.target+"/"):
			return m.look(strings.TrimPrefix(name, m.target+"/")), m
		}
	}
	for _, m := range r { // mount points that were made
		if strings.HasPrefix(m.target, name+"/") {
			return folder, nil
		}
	}
	return nothing, nil
}

func (m *mount) look(rest string) int {
	rest = path.Join(m.sub, rest)
	if _, found := m.volume.files[rest]; found {
		return regular
	}
	if m.volume.made[rest] || slices.ContainsFunc(slices.Collect(maps.Keys(m.volume.files)), func(p string) bool { return strings.HasPrefix(p, rest+"/") }) {
		return folder
	}
	if m.volume.unknown {
		return uncertain
	}
	return nothing
}

// open returns the file at a path.
func (r root) open(name string) (file, error) {
	kind, in := r.look(path.Clean(name))
	if kind != regular || in == nil {
		return file{}, fmt.Errorf("%s: no file", name)
	}
	f, found := in.volume.files[strings.Trim(path.Join(in.sub, strings.TrimPrefix(path.Clean(name), in.target)), "/")]
	if !found || f.unknown {
		return file{}, fmt.Errorf("%s: not known", name)
	}
	return f, nil
}
