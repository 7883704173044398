package pod

import (
	"fmt"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
)

// defaultMode is that of files without one (SetDefaults_ConfigMapVolumeSource and its kind in
// pkg/apis/core/v1/defaults.go of Kubernetes).
const defaultMode = 0o644

// limit makes a file one that the container's user cannot read, or may not be able to, where its mode
// says so: files of the API are root's, and with an fsGroup the kubelet lets that group read them
// (pkg/volume/volume_linux.go of Kubernetes). Root reads everything.
func (c *Container) limit(f *File, v *Volume, item *yaml.RNode) {
	mode := int64(defaultMode)
	for _, written := range []*yaml.RNode{manifest.Value(v.Node, v.Kind, "defaultMode"), manifest.Value(item, "mode")} {
		if number, ok := integer(written); ok {
			mode = number
		}
	}
	const group, others = 0o040, 0o004
	uid, err := c.uid()
	gid, known := integer(c.security("runAsGroup"))
	mayBeGroup := !known || gid == 0 // whose bits then decide, and not those of others (path_resolution(7))
	if err != nil || uid == 0 || mode&others != 0 && (mode&group != 0 || !mayBeGroup) || manifest.Value(c.Runner.Pod, "securityContext", "fsGroup") != nil {
		return
	}
	why := fmt.Sprintf("is shown with the mode %04o as root's file, in a pod without fsGroup", mode)
	isRoot := uid < 0 && !manifest.IsTrue(yaml.GetValue(c.security("runAsNonRoot")))
	if isRoot || mode&group != 0 && mayBeGroup || mode&others != 0 && !known {
		if known && gid == 0 && !isRoot {
			return
		}
		f.State, f.Why = Unsure, why+", so whether the runner's user can read it depends on the image"
		return
	}
	f.State, f.Why = Unreadable, why+", so the runner's user cannot read it"
}
