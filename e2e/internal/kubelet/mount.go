// Package kubelet lays out the volumes of a container in a folder the way a
// kubelet and a container runtime do, so that a test without nodes sees the
// files that the container would see.
//
// It knows emptyDir, configMap, secret and projected volumes of the two, and
// refuses what the API server or a kubelet refuses; any other volume, subPath
// included, is an error and not an empty folder. File modes and owners are not
// laid out. The rules are those of Kubernetes 1.35: ValidateVolumeMounts and
// validateProjectionSources in pkg/apis/core/validation/validation.go,
// MakePayload in pkg/volume/configmap and pkg/volume/secret, collectData in
// pkg/volume/projected, AtomicWriter in pkg/volume/util.
package kubelet

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing/fstest"
)

type deployment struct {
	Metadata struct{ Namespace string }
	Spec     struct {
		Template struct {
			Spec struct {
				Containers []container
				Volumes    []volume
			}
		}
	}
}

type container struct {
	Name         string
	VolumeMounts []volumeMount
}

type volumeMount struct {
	Name, MountPath      string
	ReadOnly             bool
	SubPath, SubPathExpr string
}

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
	// A kubelet starts no container before all volumes of the pod are there, mounted or not.
	volumes := map[string]fstest.MapFS{} // nil is an emptyDir
	for _, v := range pod.Volumes {
		if _, ok := volumes[v.Name]; ok {
			return fmt.Errorf("volume %q: the name is taken", v.Name)
		}
		files, err := v.files(d.Metadata.Namespace, lookup)
		if err != nil {
			return fmt.Errorf("volume %q: %w", v.Name, err)
		}
		volumes[v.Name] = files
	}
	// The runtime mounts in the order of depth, so that a parent does not hide
	// its child, and otherwise in the order of the list: of /x and /x/ the last shows.
	mounts := pod.Containers[i].VolumeMounts
	slices.SortStableFunc(mounts, func(a, b volumeMount) int {
		return cmp.Compare(strings.Count(a.target(), "/"), strings.Count(b.target(), "/"))
	})
	paths, readOnly := map[string]bool{}, map[string]bool{}
	for _, m := range mounts {
		files, known := volumes[m.Name]
		err := m.check(known, paths[m.MountPath])
		if err == nil {
			err = m.lay(root, files, readOnly)
		}
		if err != nil {
			return fmt.Errorf("volumeMount %q of volume %q: %w", m.MountPath, m.Name, err)
		}
		paths[m.MountPath] = true
	}
	return nil
}

// target is the mount's path as the runtime uses it.
func (m volumeMount) target() string { return path.Clean("/" + m.MountPath) }

// check applies the API server's rules, which compare mount paths as strings.
func (m volumeMount) check(known, taken bool) error {
	switch {
	case !known:
		return errors.New("no such volume")
	case m.MountPath == "":
		return errors.New("no mountPath")
	case taken:
		return errors.New("must be unique")
	case m.SubPath != "" || m.SubPathExpr != "":
		return errors.New("subPath is not supported here")
	}
	return nil
}

// lay replaces what is at the mount's path by the files. readOnly has the mounts so far.
func (m volumeMount) lay(root string, files fstest.MapFS, readOnly map[string]bool) error {
	target := filepath.Join(root, filepath.FromSlash(m.target()))
	if _, err := os.Stat(target); err != nil {
		// runc creates a missing mount point, which a read-only one below forbids.
		for parent := path.Dir(m.target()); parent != "/"; parent = path.Dir(parent) {
			if forbidden, mounted := readOnly[parent]; forbidden {
				return fmt.Errorf("cannot create the folder: %s is mounted read-only", parent)
			} else if mounted {
				break
			}
		}
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
	}
	target, err := filepath.EvalSymlinks(target)
	if err != nil {
		return err
	}
	// A kubelet mounts all but the emptyDir read-only, asked or not.
	readOnly[m.target()] = m.ReadOnly || files != nil
	if err := errors.Join(os.RemoveAll(target), os.Mkdir(target, 0o755)); err != nil || files == nil {
		return err
	}
	return write(target, files)
}

// write writes the files as the kubelet's AtomicWriter does: into a hidden
// folder, with a link ..data to it and a link at every top-level name, so that
// who lists the folder meets the same entries as in a pod.
func write(folder string, files fstest.MapFS) error {
	hidden := filepath.Join(folder, "..version")
	if err := errors.Join(os.CopyFS(hidden, files), os.Symlink("..version", filepath.Join(folder, "..data"))); err != nil {
		return err
	}
	entries, err := os.ReadDir(hidden)
	for _, entry := range entries {
		err = errors.Join(err, os.Symlink(filepath.Join("..data", entry.Name()), filepath.Join(folder, entry.Name())))
	}
	return err
}

// decode turns an object of maps into one of the types of this package.
func decode(object map[string]any, out any) error {
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, out)
}
