package pod

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

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
func (r *Runner) StartFault(stream *manifest.Stream) (*StartFault, error) {
	missing, err := r.missingKey(stream)
	if err != nil {
		return nil, err
	}
	if missing == "" {
		missing, err = r.missingVariable(stream)
	}
	if err != nil {
		return nil, err
	}
	if missing != "" {
		return &StartFault{Finding: trust.Finding{Code: CodeKeyMissing, Message: "no pod of it starts: " + missing}}, nil
	}
	certain := r.volumeFault()
	var unsure string
	for _, c := range r.all {
		if certain == "" {
			certain = c.mountFault()
		}
		for _, m := range c.Mounts {
			why, sure := c.noMountPoint(m)
			switch {
			case why == "":
			case sure && certain == "":
				certain = why
			case unsure == "":
				unsure = why
			}
		}
	}
	switch {
	case certain != "":
		return &StartFault{Finding: trust.Finding{Code: CodeNeverStarts, Message: "no pod of it starts: " + certain}}, nil
	case unsure != "":
		return &StartFault{Finding: trust.Finding{Code: CodeNeverStarts, Message: "whether its pod starts is not in the manifests: " + unsure}, Unsure: true}, nil
	}
	return nil, nil
}

// missingKey says which volume of the pod shows a key that its object in the stream does not have; ""
// for none. The kubelet starts no container of a pod before it has laid out all of its volumes, mounted
// or not (MakePayload in pkg/volume/configmap and pkg/volume/secret of Kubernetes). An object without
// any key is one that its owner has to fill.
func (r *Runner) missingKey(stream *manifest.Stream) (message string, err error) {
	for _, v := range r.Volumes {
		for _, parent := range v.Sources {
			for _, shown := range Mountables {
				source := manifest.Value(parent, shown.Volume)
				o, err := stream.Find(shown.Kind, shown.nameIn(source), r.Namespace)
				if err != nil {
					return "", err
				}
				if o == nil || len(o.DataKeys()) == 0 || manifest.IsTrue(manifest.Text(source, "optional")) {
					continue
				}
				for _, node := range manifest.List(source, "items") {
					if key := manifest.Text(node, "key"); !o.HasKey(key) {
						return fmt.Sprintf("the volume %q shows the key %s of %s, which does not have it", v.Name, key, o), nil
					}
				}
			}
		}
	}
	return "", nil
}

// missingVariable says which variable takes a key that its object in the stream does not have; "" for none
// (makeEnvironmentVariables in pkg/kubelet/kubelet_pods.go of Kubernetes). Of an object without any key, see missingKey.
func (r *Runner) missingVariable(stream *manifest.Stream) (message string, err error) {
	for _, c := range r.all {
		for _, entry := range c.env {
			for _, m := range Mountables {
				reference := manifest.Value(entry, "valueFrom", m.Volume+"KeyRef")
				o, err := stream.Find(m.Kind, manifest.Text(reference, "name"), r.Namespace)
				if err != nil {
					return "", err
				}
				key := manifest.Text(reference, "key")
				if o == nil || len(o.DataKeys()) == 0 || o.HasKey(key) || manifest.IsTrue(manifest.Text(reference, "optional")) {
					continue
				}
				return fmt.Sprintf("the variable %s of the container %s takes the key %s of %s, which does not have it",
					manifest.Text(entry, "name"), c.Name, key, o), nil
			}
		}
	}
	return "", nil
}

// volumeFault says which volume the API server refuses (ValidateVolumes in pkg/apis/core/validation of
// Kubernetes); "" for none.
func (r *Runner) volumeFault() string {
	names := map[string]bool{}
	for _, v := range r.Volumes {
		switch {
		case !label().MatchString(v.Name):
			return fmt.Sprintf("no volume can have the name %q", v.Name)
		case names[v.Name]:
			return fmt.Sprintf("two volumes have the name %q", v.Name)
		}
		names[v.Name] = true
		if fault := v.sourceFault(); fault != "" {
			return fmt.Sprintf("the volume %q %s", v.Name, fault)
		}
		if fault := v.pathFault(); fault != "" {
			return fault
		}
	}
	return ""
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
		for parent := path.Dir(shown); parent != "."; parent = path.Dir(parent) {
			if paths[parent] {
				return fmt.Sprintf("items of the volume %q make a file and a folder of the path %s", v.Name, parent)
			}
		}
	}
	return ""
}

// sourceFault says what the API server refuses of the objects that a volume shows (validateKeyToPath and
// ValidateLocalNonReservedPath, as above); "" for nothing.
func (v *Volume) sourceFault() string {
	modes := []*yaml.RNode{manifest.Value(v.Node, v.Kind, "defaultMode")}
	for _, parent := range v.Sources {
		for _, shown := range Mountables {
			source := manifest.Value(parent, shown.Volume)
			if source != nil && shown.nameIn(source) == "" {
				return "names no " + shown.Kind
			}
			for _, item := range manifest.List(source, "items") {
				at := manifest.Text(item, "path")
				if at == "" || strings.HasPrefix(at, "..") || !staysInside(at) {
					return fmt.Sprintf("has an item at %q", at)
				}
				modes = append(modes, manifest.Value(item, "mode"))
			}
		}
	}
	for _, node := range modes {
		if mode, ok := integer(node); ok && (mode < 0 || mode > 0o777) {
			return fmt.Sprintf("has the file mode %d", mode)
		}
	}
	return ""
}

// staysInside reports whether a path is relative and has no step back (validateLocalDescendingPath, as above).
func staysInside(at string) bool {
	return !path.IsAbs(at) && !slices.Contains(strings.Split(at, "/"), "..")
}

// itemPaths returns the paths at which the items of a volume are shown.
func (v *Volume) itemPaths() (paths []string) {
	for _, source := range v.Sources {
		for _, kind := range manifest.Fields(source) {
			for _, item := range manifest.List(source, kind, "items") {
				paths = append(paths, manifest.Text(item, "path"))
			}
			if single := manifest.Text(source, kind, "path"); single != "" {
				paths = append(paths, single) // of a token, for instance
			}
		}
	}
	return paths
}

// mountFault says which mount the API server refuses (ValidateVolumeMounts, as above); "" for none.
func (c *Container) mountFault() string {
	paths := map[string]bool{}
	for _, m := range c.Mounts {
		switch {
		case c.Runner.byName[m.Volume] == nil:
			return fmt.Sprintf("the mount %s of the container %s names no volume of the pod", m, c.Name)
		case m.written == "":
			return fmt.Sprintf("a mount of the container %s has no mountPath", c.Name)
		case !staysInside(m.subPath):
			return fmt.Sprintf("the mount %s of the container %s has the subPath %q", m, c.Name, m.subPath)
		case paths[m.written]:
			return fmt.Sprintf("the container %s has two mounts at %s", c.Name, m.written)
		}
		paths[m.written] = true
	}
	return ""
}

// noMountPoint says why a mount has no folder to be mounted at: it is inside of a read-only one, in which
// the container runtime cannot make it. sure is false where it may be there already.
func (c *Container) noMountPoint(m Mount) (why string, sure bool) {
	if m.subKey != "" && len(c.byPath[m.Path]) > 1 {
		return fmt.Sprintf("the mount %s of the container %s may be a file, and another one at its path a folder", m, c.Name), false
	}
	for _, parent := range c.nearest(path.Dir(m.Path)) {
		v := c.Runner.byName[parent.Volume]
		if v == nil || !parent.isReadOnly(v) {
			continue
		}
		at := path.Join(parent.subPath, strings.TrimPrefix(m.Path, strings.TrimSuffix(parent.Path, "/")+"/"))
		for _, shown := range v.itemPaths() {
			switch {
			case shown == at && m.subKey == "":
				return fmt.Sprintf("the mount %s of the container %s is a folder, and in %s a file is there", m, c.Name, parent), true
			case IsBelow(shown, at) && m.subKey != "":
				return fmt.Sprintf("the mount %s of the container %s may be a file, and in %s a folder is there", m, c.Name, parent), false
			case shown == at || IsBelow(shown, at):
				return "", false
			}
		}
		ofFiles := v.isFiles() || v.Kind == "downwardAPI"
		filled := v.Kind == "emptyDir" && c.Runner.otherMounting(v.Name) == ""
		return fmt.Sprintf("the mount %s of the container %s is inside of %s, which is read-only and does not have its folder", m, c.Name, parent),
			filled || ofFiles && m.subKey == ""
	}
	return "", false
}

// isReadOnly reports whether nothing can be made in a mount: one that says so, and the volumes that
// always are read-only.
func (m Mount) isReadOnly(v *Volume) bool {
	return m.readOnly || v.isFiles() || v.Kind == "downwardAPI"
}
