package pod

import (
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
)

// A Volume is an entry of a pod's volumes.
type Volume struct {
	Node    *yaml.RNode
	Name    string
	Kind    string        // of its source: "secret", "hostPath", …
	Sources []*yaml.RNode // what has the source: the volume itself, or the sources of a projected one
	sources []string      // the keys of its sources; Kubernetes takes exactly one, or none
}

// readVolume reads a volume. One without a source is an emptyDir (SetDefaults_Volume in
// pkg/apis/core/v1/defaults.go of Kubernetes).
func readVolume(node *yaml.RNode) *Volume {
	v := &Volume{Node: node, Name: manifest.Text(node, "name"), Kind: "emptyDir", Sources: []*yaml.RNode{node}}
	v.sources = slices.DeleteFunc(manifest.Fields(node), func(key string) bool { return key == "name" })
	if len(v.sources) > 0 {
		v.Kind = v.sources[0]
	}
	if v.Kind == "projected" {
		v.Sources = manifest.List(node, "projected", "sources")
	}
	return v
}

// isFiles reports whether the volume shows objects of the API as files: a kubelet mounts it read-only,
// and a projected volume can show more beside them.
func (v *Volume) isFiles() bool {
	return slices.Contains([]string{"secret", "configMap", "projected"}, v.Kind)
}
