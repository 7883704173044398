package render

import (
	"path"
	"strings"
	"time"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

const (
	fingerprintsAnnotation = "helm-runnertrust/fingerprints"
	notAfterAnnotation     = "helm-runnertrust/not-after"

	// filenameAnnotation is how Helm 4 knows the template of a document after post-rendering
	// (pkg/action/action.go, v4.3.1).
	filenameAnnotation = "postrenderer.helm.sh/postrender-filename"

	templateName = "runnertrust-certs.yaml"
)

// addTo puts the ConfigMap of the certificates into the stream: in the place of an older one of
// ours, else at the end.
func (g *given) addTo(m *manifests) error {
	if len(g.bundles) == 0 {
		return nil
	}
	wanted, err := g.configMap()
	if err != nil {
		return g.runner.placed(err)
	}
	other, err := m.find("ConfigMap", g.name, g.runner.namespace)
	switch {
	case err != nil:
		return err
	// In another namespace than the runner's as far as is written, ours is that of another runner.
	case other == nil || other.namespace != g.runner.namespace && other.isOurs():
		return m.Append(g.runner.sourceComment(), wanted, g.runner.doc.HasCRLF())
	case !other.isOurs():
		return other.refuse(ConfigMapTaken, "", "another ConfigMap of this name is in the stream")
	case !isAsWanted(other.node, wanted):
		other.node.SetYNode(wanted.YNode())
	}
	return nil
}

// isOurs reports whether an earlier run made the ConfigMap.
func (o *object) isOurs() bool {
	return value(o.node, "metadata", "annotations", fingerprintsAnnotation) != nil
}

// isAsWanted reports whether a ConfigMap is as wanted: the same data, and at least the metadata, to
// which others (Helm, the API server) may have added.
func isAsWanted(node, wanted *yaml.RNode) bool {
	if wanted.YNode().Kind != yaml.MappingNode {
		return node != nil && node.YNode().Kind == wanted.YNode().Kind && yaml.GetValue(node) == yaml.GetValue(wanted)
	}
	for _, key := range fields(wanted) {
		if !isAsWanted(value(node, key), value(wanted, key)) {
			return false
		}
	}
	return len(fields(value(node, "data"))) == len(fields(value(wanted, "data")))
}

// configMap is the object, in the namespace and with the labels of the Deployment, as written
// there.
func (g *given) configMap() (*yaml.RNode, error) {
	metadata := value(g.runner.node, "metadata")
	o := yamledit.Map(
		yamledit.Pair{Key: yaml.APIVersionField, Value: yamledit.Text("v1")},
		yamledit.Pair{Key: yaml.KindField, Value: yamledit.Text("ConfigMap")},
		yamledit.Pair{Key: yaml.MetadataField, Value: yamledit.Map(
			yamledit.Pair{Key: yaml.NameField, Value: yamledit.Text(g.name)},
			yamledit.Pair{Key: yaml.NamespaceField, Value: yamledit.Bare(value(metadata, yaml.NamespaceField))},
			yamledit.Pair{Key: yaml.LabelsField, Value: yamledit.Bare(value(metadata, yaml.LabelsField))},
		)},
	)
	annotations := map[string]string{
		fingerprintsAnnotation: strings.Join(g.fingerprints(), ","),
		notAfterAnnotation:     g.end.Format(time.RFC3339),
	}
	if filename := g.runner.filename(); filename != "" {
		annotations[filenameAnnotation] = beside(filename)
	}
	if err := o.SetAnnotations(annotations); err != nil {
		return nil, err
	}
	data := map[string]string{}
	for _, file := range g.files() {
		data[g.key(file)] = string(g.bundles[file].PEM())
	}
	return o, o.LoadMapIntoConfigMapData(data)
}

// filename is Helm 4's annotation of the runner's Deployment, "" under Helm 3.
func (r *runner) filename() string {
	return text(r.node, "metadata", "annotations", filenameAnnotation)
}

// sourceComment is Helm's comment above the new document; an annotation has its place under Helm 4.
func (r *runner) sourceComment() string {
	if r.filename() != "" {
		return ""
	}
	return "# Source: " + beside(templateOf(r.doc)) + "\n"
}

// beside is the path of our template, next to the Deployment's.
func beside(template string) string { return path.Join(path.Dir(template), templateName) }
