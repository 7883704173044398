package render

import (
	"slices"

	"helm-runnertrust/render/yamledit"
)

// Deployments are the names of the Deployments in a stream of manifests, each once, in its order:
// what Options.Deployment can be. A document that cannot be read has none.
func Deployments(stream []byte) []string {
	var names []string
	m := readManifests(yamledit.Split(stream))
	for _, doc := range m.Documents {
		if !doc.Contains("Deployment") {
			continue
		}
		objects, _ := m.objects(doc) // the fault is told when the stream is filtered
		for _, o := range objects {
			if o.kind == "Deployment" && o.name != "" && !slices.Contains(names, o.name) {
				names = append(names, o.name)
			}
		}
	}
	return names
}
