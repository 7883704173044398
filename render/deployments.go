package render

import (
	"slices"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/yamledit"
)

// Deployments returns the names of the Deployments in a stream of manifests, each once, in its order:
// what Options.Deployment can be. A document that cannot be read has none.
func Deployments(stream []byte) []string {
	var names []string
	m := manifest.Read(yamledit.Split(stream))
	for _, doc := range m.Documents {
		if !doc.Contains("Deployment") {
			continue
		}
		objects, _ := m.Objects(doc) // Filter reports the fault
		for _, o := range objects {
			if o.Kind == "Deployment" && o.Name != "" && !slices.Contains(names, o.Name) {
				names = append(names, o.Name)
			}
		}
	}
	return names
}
