package kubelet

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Mount lays out the volumes of the named container of a Deployment, as the
// API server returned it, in the empty folder root: what the container has at
// /etc/x is at root/etc/x afterwards. Objects are looked up in the namespace
// of the Deployment. The error names the volume or the mount that the API
// server or a kubelet would refuse.
func Mount(root string, object map[string]any, containerName string, lookup Lookup) error {
	var d deployment
	if err := decode(object, &d); err != nil {
		return fmt.Errorf("decode the Deployment: %w", err)
	}
	pod := d.Spec.Template.Spec
	i := slices.IndexFunc(pod.Containers, func(c container) bool { return c.Name == containerName })
	if i < 0 {
		return fmt.Errorf("container %q is not in the Deployment", containerName)
	}
	mounts := pod.Containers[i].VolumeMounts
	volumes, err := layVolumes(pod.Volumes, d.Metadata.Namespace, lookup)
	if err != nil {
		return err
	}
	if err := checkMounts(mounts, volumes); err != nil {
		return err
	}
	// The runtime mounts in the order of depth, so that a parent does not hide
	// its child, and otherwise in the order given: of /x and /x/ the last shows.
	slices.SortStableFunc(mounts, func(a, b volumeMount) int { return cmp.Compare(depth(a), depth(b)) })
	fs := filesystem{root: root}
	for _, m := range mounts {
		if err := fs.mount(m, volumes[m.Name]); err != nil {
			return fmt.Errorf("volumeMount %q of volume %q: %w", m.MountPath, m.Name, err)
		}
	}
	return nil
}

// laidVolume is a volume whose files are known.
type laidVolume struct {
	files    map[string][]byte
	writable bool
}

// layVolumes gathers the files of every volume, mounted or not: a kubelet
// starts no container of a pod before all volumes of the pod are there.
func layVolumes(volumes []volume, namespace string, lookup Lookup) (map[string]laidVolume, error) {
	laid := map[string]laidVolume{}
	for _, v := range volumes {
		if _, ok := laid[v.Name]; ok {
			return nil, fmt.Errorf("volume %q: the name is taken", v.Name)
		}
		sources, writable, err := v.sources()
		if err != nil {
			return nil, fmt.Errorf("volume %q: %w", v.Name, err)
		}
		files, err := payload(sources, namespace, lookup)
		if err != nil {
			return nil, fmt.Errorf("volume %q: %w", v.Name, err)
		}
		laid[v.Name] = laidVolume{files: files, writable: writable}
	}
	return laid, nil
}

// checkMounts applies the API server's rules, which compare mount paths as
// strings.
func checkMounts(mounts []volumeMount, volumes map[string]laidVolume) error {
	seen := map[string]bool{}
	for _, m := range mounts {
		_, known := volumes[m.Name]
		switch {
		case !known:
			return fmt.Errorf("volumeMount %q: no volume %q", m.MountPath, m.Name)
		case m.MountPath == "":
			return fmt.Errorf("volumeMount of volume %q: no mountPath", m.Name)
		case seen[m.MountPath]:
			return fmt.Errorf("volumeMount %q: must be unique", m.MountPath)
		case m.SubPath != "" || m.SubPathExpr != "":
			return fmt.Errorf("volumeMount %q: subPath is not supported here", m.MountPath)
		}
		seen[m.MountPath] = true
	}
	return nil
}

// clean is the mount's path as the runtime uses it.
func (m volumeMount) clean() string { return path.Clean("/" + m.MountPath) }

func depth(m volumeMount) int { return strings.Count(strings.TrimSuffix(m.clean(), "/"), "/") }

// filesystem is a container's, in a folder.
type filesystem struct {
	root    string
	mounted []mountPoint
}

type mountPoint struct {
	path     string
	writable bool
}

// mount puts the files of the volume where the mount says, in place of what
// was there.
func (fs *filesystem) mount(m volumeMount, v laidVolume) error {
	at := m.clean()
	target := filepath.Join(fs.root, filepath.FromSlash(at))
	if _, err := os.Stat(target); err != nil {
		// runc creates a missing mount point, which a read-only one below forbids.
		if parent, ok := fs.below(at); ok && !parent.writable {
			return fmt.Errorf("cannot create the folder: %s is mounted read-only", parent.path)
		}
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
	}
	target, err := filepath.EvalSymlinks(target)
	if err != nil {
		return err
	}
	hidden, err := os.ReadDir(target)
	if err != nil {
		return err
	}
	for _, entry := range hidden {
		if err := os.RemoveAll(filepath.Join(target, entry.Name())); err != nil {
			return err
		}
	}
	// A kubelet mounts all but the emptyDir read-only, asked or not.
	fs.mounted = append(fs.mounted, mountPoint{path: at, writable: v.writable && !m.ReadOnly})
	if v.writable {
		return nil
	}
	return writePayload(target, v.files)
}

// below returns the mount on which the path lies.
func (fs *filesystem) below(at string) (mountPoint, bool) {
	var deepest mountPoint
	found := false
	for _, m := range fs.mounted {
		if strings.HasPrefix(at, strings.TrimSuffix(m.path, "/")+"/") && len(m.path) >= len(deepest.path) {
			deepest, found = m, true
		}
	}
	return deepest, found
}
