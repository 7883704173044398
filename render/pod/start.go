package pod

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
)

// The codes of pods that do not start.
const (
	CodeKeyMissing  trust.Code = "volume-key-missing" // a volume that no kubelet can lay out
	CodeNeverStarts trust.Code = "pod-never-starts"   // the API server or the container runtime refuses the pod
)

// A StartFault says why a pod does not start, or, where Unsure, may not.
type StartFault struct {
	trust.Finding
	Unsure bool
}

// StartFault returns what keeps the pod from starting; nil for nothing. All containers count, as a pod
// that is refused starts none of them.
func (r *Runner) StartFault() *StartFault {
	if why := r.missingKey(); why != "" {
		return neverStarts(CodeKeyMissing, why)
	}
	if why := r.missingVariable(); why != "" {
		return neverStarts(CodeKeyMissing, why)
	}
	if why := r.volumeFault(); why != "" {
		return neverStarts(CodeNeverStarts, why)
	}
	var unsure *StartFault
	for _, c := range r.all {
		for at, m := range c.Mounts {
			switch why, sure := c.mountFault(at, m); {
			case why == "":
			case sure:
				return neverStarts(CodeNeverStarts, why)
			case unsure == nil:
				unsure = &StartFault{trust.Finding{Code: CodeNeverStarts, Message: "whether its pod starts is not in the manifests: " + why}, true}
			}
		}
	}
	return unsure
}

func neverStarts(code trust.Code, why string) *StartFault {
	return &StartFault{Finding: trust.Finding{Code: code, Message: "no pod of it starts: " + why}}
}

// missingKey says which volume of the pod shows a key that its object in the stream does not have; ""
// for none. The kubelet starts no container of a pod before it has laid out all of its volumes, mounted
// or not (MakePayload in pkg/volume/configmap and pkg/volume/secret of Kubernetes). An object without
// any key is one that its owner has to fill.
func (r *Runner) missingKey() string {
	for _, v := range r.Volumes {
		for _, s := range v.Sources {
			o := r.find(s)
			if o == nil || s.optional {
				continue
			}
			keys := o.DataKeys()
			for _, i := range s.Items {
				if len(keys) > 0 && !slices.Contains(keys, i.Key) {
					return fmt.Sprintf("the volume %q shows the key %s of %s, which does not have it", v.Name, i.Key, o)
				}
			}
		}
	}
	return ""
}

// missingVariable says which variable takes a key that its object in the stream does not have; "" for none
// (makeEnvironmentVariables in pkg/kubelet/kubelet_pods.go of Kubernetes). Of an object without any key, see missingKey.
func (r *Runner) missingVariable() string {
	for _, c := range r.all {
		for _, entry := range c.env {
			for _, m := range Mountables {
				reference := manifest.Value(entry, "valueFrom", m.Volume+"KeyRef")
				o := r.stream.Find(m.Kind, manifest.Text(reference, "name"), r.Namespace)
				if o == nil || manifest.IsTrue(manifest.Text(reference, "optional")) {
					continue
				}
				key, keys := manifest.Text(reference, "key"), o.DataKeys()
				if len(keys) > 0 && !slices.Contains(keys, key) {
					return fmt.Sprintf("the variable %s of the container %s takes the key %s of %s, which does not have it",
						manifest.Text(entry, "name"), c.Name, key, o)
				}
			}
		}
	}
	return ""
}

// volumeFault says which volume the API server refuses (ValidateVolumes in pkg/apis/core/validation of
// Kubernetes); "" for none.
func (r *Runner) volumeFault() string {
	for _, v := range r.Volumes {
		switch {
		case !label().MatchString(v.Name):
			return fmt.Sprintf("no volume can have the name %q", v.Name)
		case r.byName[v.Name] != v:
			return fmt.Sprintf("two volumes have the name %q", v.Name)
		}
		if fault := v.sourceFault(); fault != "" {
			return fault
		}
		if fault := v.pathFault(); fault != "" {
			return fault
		}
	}
	return ""
}

// sourceFault says what the API server refuses of the objects that a volume shows (validateKeyToPath and
// ValidateLocalNonReservedPath, as above); "" for nothing.
func (v *Volume) sourceFault() string {
	modes := []int64{v.mode}
	for _, s := range v.Sources {
		if _, ok := MountableFor(s.Kind); !ok {
			continue
		}
		if s.Name == "" {
			return fmt.Sprintf("the volume %q names no %s", v.Name, s.Kind)
		}
		for _, i := range s.Items {
			if i.Path == "" || strings.HasPrefix(i.Path, "..") || !staysInside(i.Path) {
				return fmt.Sprintf("the volume %q has an item at %q", v.Name, i.Path)
			}
			modes = append(modes, i.mode)
		}
	}
	for _, mode := range modes {
		if mode < 0 || mode > 0o777 {
			return fmt.Sprintf("the volume %q has the file mode %d", v.Name, mode)
		}
	}
	return ""
}

// staysInside reports whether a path is relative and has no step back (validateLocalDescendingPath, as above).
func staysInside(at string) bool {
	return !path.IsAbs(at) && !slices.Contains(strings.Split(at, "/"), "..")
}

// pathFault says which paths of a volume's items cannot be at once: two of a projected one (validateProjectionSources,
// as above), and a file at a path that is a folder too, which the kubelet cannot write.
func (v *Volume) pathFault() string {
	paths := map[string]bool{}
	for _, shown := range v.itemPaths() {
		if paths[shown] && v.Kind == "projected" {
			return fmt.Sprintf("two items of the volume %q have the path %s", v.Name, shown)
		}
		paths[shown] = true
	}
	for shown := range paths {
		for parent := path.Dir(shown); parent != "." && parent != "/"; parent = path.Dir(parent) {
			if paths[parent] {
				return fmt.Sprintf("items of the volume %q make a file and a folder of the path %s", v.Name, parent)
			}
		}
	}
	return ""
}

// mountFault says why the API server refuses a mount, which is at an index of the container's
// (ValidateVolumeMounts, as above), or why it has no folder to be mounted at; "" for neither. sure is
// false where the folder may be there already.
func (c *Container) mountFault(at int, m Mount) (why string, sure bool) {
	if c.Runner.byName[m.Volume] == nil {
		return fmt.Sprintf("the mount %s of the container %s names no volume of the pod", m, c.Name), true
	}
	if slices.ContainsFunc(c.Mounts[:at], func(other Mount) bool { return other.written == m.written }) {
		return fmt.Sprintf("the container %s has two mounts at %s", c.Name, m.written), true
	}
	switch {
	case m.written == "":
		return fmt.Sprintf("a mount of the container %s has no mountPath", c.Name), true
	case !staysInside(m.subPath):
		return fmt.Sprintf("the mount %s of the container %s has the subPath %q", m, c.Name, m.subPath), true
	case m.subKey != "" && len(c.byPath[m.Path]) > 1:
		return fmt.Sprintf("the mount %s of the container %s may be a file, and another one at its path a folder", m, c.Name), false
	}
	if why, sure := c.otherKind(m); why != "" {
		return why, sure
	}
	around, sure := c.closedAround(m.Path)
	if around == nil {
		return "", false
	}
	return fmt.Sprintf("the mount %s of the container %s is inside of %s, which is read-only and does not have its folder", m, c.Name, around), sure
}

// otherKind says that a mount is a folder and a file is at its path in the mount around it, or may be the other way
// round; "" for neither. sure is false where a subPath may be either.
func (c *Container) otherKind(m Mount) (why string, sure bool) {
	for _, around := range c.nearest(path.Dir(m.Path)) {
		v := c.Runner.byName[around.Volume]
		if v == nil || !v.isReadOnly() {
			continue
		}
		at := around.inVolume(m.Path)
		for _, shown := range v.itemPaths() {
			switch {
			case shown == at && m.subKey == "":
				return fmt.Sprintf("the mount %s of the container %s is a folder, and in %s a file is there", m, c.Name, around), true
			case IsBelow(shown, at) && m.subKey != "":
				return fmt.Sprintf("the mount %s of the container %s may be a file, and in %s a folder is there", m, c.Name, around), false
			}
		}
	}
	return "", false
}
