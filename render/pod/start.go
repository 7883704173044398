package pod

import (
	"fmt"
	"slices"

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

// volumeFault says which volume the API server refuses (ValidateVolumes in pkg/apis/core/validation of
// Kubernetes); "" for none.
func (r *Runner) volumeFault() string {
	for _, v := range r.Volumes {
		if r.byName[v.Name] != v {
			return fmt.Sprintf("two volumes have the name %q", v.Name)
		}
		paths := map[string]bool{}
		for _, shown := range v.itemPaths() {
			if paths[shown] && v.Kind == "projected" {
				return fmt.Sprintf("two items of the volume %q have the path %s", v.Name, shown)
			}
			paths[shown] = true
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
	around, sure := c.closedAround(m.Path)
	if around == nil {
		return "", false
	}
	return fmt.Sprintf("the mount %s of the container %s is inside of %s, which is read-only and does not have its folder", m, c.Name, around), sure
}
