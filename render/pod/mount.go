package pod

import (
	"fmt"
	"path"
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
	m.Path = path.Clean(m.written)
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
