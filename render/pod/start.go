package pod

import (
	"cmp"
	"fmt"
	"maps"
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

// StartFault returns what keeps the pod from starting, with an unknown status where it only may; nil for
// nothing. All containers count, as a pod that is refused starts none of them.
func (r *Runner) StartFault() *trust.Verdict {
	code, why, unsure := CodeKeyMissing, r.missingKey(), r.clash()
	if why == "" {
		code, why = CodeNeverStarts, r.volumeFault()
	}
	inits := len(r.all) - len(containersOf(r.Object))
	for n, c := range r.all {
		runs := slices.Contains(r.Containers, c)
		if c.mustNotBeRoot() && (n < inits || runs) { // verifyRunAsNonRoot in pkg/kubelet/kuberuntime of Kubernetes
			switch {
			case c.uid == 0:
				why = cmp.Or(why, "the container "+c.Name+" has runAsNonRoot, and the user 0")
			case c.uid < 0:
				unsure = cmp.Or(unsure, "the container "+c.Name+" has runAsNonRoot and no runAsUser, and the user of GitLab's images is root")
			}
		}
		for at, m := range c.Mounts {
			if fault, sure := c.mountFault(at, m); sure {
				why = cmp.Or(why, fault)
			} else {
				unsure = cmp.Or(unsure, fault)
			}
		}
		if runs {
			why = cmp.Or(why, c.scriptFault())
		}
	}
	switch {
	case why != "":
		return &trust.Verdict{Status: trust.StatusFailed, Finding: trust.Finding{Code: code, Message: "no pod of it starts: " + why}}
	case unsure != "":
		return &trust.Verdict{Status: trust.StatusUnknown, Finding: trust.Finding{Code: CodeNeverStarts, Message: "whether its pod starts is not in the manifests: " + unsure}}
	}
	return nil
}

// scriptFault says which of the chart's scripts, that the container runs, it cannot read; "" for none.
func (c *Container) scriptFault() string {
	for _, word := range c.words() {
		if path.Dir(word) != chartFolder || path.Clean(word) != word {
			continue
		}
		file, _ := c.Open(word)
		if file.State == Unreadable || file.State == Missing && file.object != nil && len(file.object.DataKeys()) > 0 {
			return "the container " + c.Name + " runs " + word + ", which it cannot read"
		}
	}
	return ""
}

// missingKey says which volume, or which variable, takes a key that its object in the stream does not have; "" for
// none. The kubelet starts no container of a pod before it has laid out all of its volumes, mounted or not
// (MakePayload in pkg/volume/configmap and pkg/volume/secret of Kubernetes), nor one whose variables it cannot make
// (makeEnvironmentVariables in pkg/kubelet/kubelet_pods.go).
func (r *Runner) missingKey() string {
	for _, v := range r.Volumes {
		for _, s := range v.Sources {
			lacks := r.lacking(s.Kind, s.Name, s.optional)
			for _, i := range s.Items {
				if lacks(i.Key) {
					return fmt.Sprintf("the volume %q shows the key %s of %s/%s, which does not have it", v.Name, i.Key, s.Kind, s.Name)
				}
			}
		}
	}
	for _, c := range r.all {
		for _, name := range slices.Sorted(maps.Keys(c.env)) {
			for _, shown := range Mountables {
				reference := manifest.Value(c.env[name], "valueFrom", shown.Volume+"KeyRef")
				object, key := manifest.Text(reference, "name"), manifest.Text(reference, "key")
				if r.lacking(shown.Kind, object, manifest.IsTrue(manifest.Text(reference, "optional")))(key) {
					return fmt.Sprintf("the variable %s of the container %s takes the key %s of %s/%s, which does not have it",
						name, c.Name, key, shown.Kind, object)
				}
			}
		}
	}
	return ""
}

// lacking returns what reports whether an object of the stream does not have a key that it has to have. One without any
// key is one that its owner has to fill.
func (r *Runner) lacking(kind, name string, optional bool) func(key string) bool {
	var keys []string
	if name != "" && !optional {
		if o := r.stream.Find(kind, name, r.Namespace); o != nil {
			keys = o.DataKeys()
		}
	}
	return func(key string) bool {
		_, has := slices.BinarySearch(keys, key)
		return len(keys) > 0 && !has
	}
}

// volumeFault says which volume the API server refuses (ValidateVolumes in pkg/apis/core/validation of
// Kubernetes), or the kubelet cannot lay out; "" for none.
func (r *Runner) volumeFault() string {
	for _, v := range r.Volumes {
		switch fault := v.fault(); {
		case !label().MatchString(v.Name):
			return fmt.Sprintf("no volume can have the name %q", v.Name)
		case r.byName[v.Name] != v:
			return fmt.Sprintf("two volumes have the name %q", v.Name)
		case fault != "":
			return fmt.Sprintf("the volume %q %s", v.Name, fault)
		}
	}
	return ""
}

// fault says what is wrong with the sources and items of a volume: validateKeyToPath and
// validateProjectionSources, as above, and a file at a path that is a folder too.
func (v *Volume) fault() string {
	paths := map[string]bool{}
	mode := v.mode
	for _, s := range v.Sources {
		_, isObject := MountableFor(s.Kind)
		if isObject && s.Name == "" {
			return "names no " + s.Kind
		}
		for _, i := range s.Items {
			switch {
			case isObject && i.Key == "":
				return "has an item without a key"
			case !isItemPath(i.Path):
				return fmt.Sprintf("has an item at %q", i.Path)
			case paths[i.Path] && v.Kind == "projected":
				return "has two items with the path " + i.Path
			}
			paths[i.Path] = true
			mode |= i.mode
		}
	}
	for _, shown := range slices.Sorted(maps.Keys(paths)) {
		for parent := path.Dir(shown); parent != "."; parent = path.Dir(parent) {
			if paths[parent] {
				return "makes a file and a folder of one path, " + parent
			}
		}
	}
	if mode < 0 || mode > 0o777 {
		return "has a file mode that is none"
	}
	return ""
}

// isItemPath reports whether a file of a volume can have a path (validateLocalNonReservedPath, as above, and validatePath
// in pkg/volume/util/atomic_writer.go of Kubernetes).
func isItemPath(at string) bool {
	isTooLong := slices.ContainsFunc(strings.Split(at, "/"), func(name string) bool { return len(name) > 255 })
	return path.Clean(at) != "." && !strings.HasPrefix(at, "..") && staysInside(at) && !isTooLong
}

// staysInside reports whether a path is relative and has no step back (validateLocalDescendingPath, as above).
func staysInside(at string) bool {
	return !path.IsAbs(at) && !slices.Contains(strings.Split(at, "/"), "..")
}

// mountFault says why the API server refuses a mount, which is at an index of the container's
// (ValidateVolumeMounts, as above), or why it has nothing to be mounted at; "" for neither. sure is
// false where that may be there.
func (c *Container) mountFault(at int, m Mount) (why string, sure bool) {
	around, closed, sure := c.closedAround(m)
	switch {
	case c.Runner.byName[m.Volume] == nil:
		return fmt.Sprintf("the mount %s of the container %s names no volume of the pod", m, c.Name), true
	case m.written == "":
		return fmt.Sprintf("a mount of the container %s has no mountPath", c.Name), true
	case !staysInside(m.subPath):
		return fmt.Sprintf("the mount %s of the container %s has the subPath %q", m, c.Name, m.subPath), true
	case slices.ContainsFunc(c.Mounts[:at], func(other Mount) bool { return other.written == m.written }):
		return fmt.Sprintf("the container %s has two mounts at %s", c.Name, m.written), true
	case m.subKey == "subPathExpr" && c.lacksVariable(m.subPath): // ExpandContainerVolumeMounts in pkg/kubelet/container of Kubernetes
		return fmt.Sprintf("the mount %s of the container %s has the subPathExpr %q, and no such variable", m, c.Name, m.subPath), true
	case around != nil:
		return fmt.Sprintf("the mount %s of the container %s is inside of %s, which %s", m, c.Name, around, closed), sure
	}
	return "", false
}
