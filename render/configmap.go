package render

import (
	"bytes"
	"path"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

const (
	fingerprintsAnnotation = "helm-runnertrust/fingerprints"
	notAfterAnnotation     = "helm-runnertrust/not-after"

	// filenameAnnotation is how Helm 4 knows the template of a document after
	// post-rendering (pkg/action/action.go, v4.3.1).
	filenameAnnotation = "postrenderer.helm.sh/postrender-filename"

	templateName = "runnertrust-certs.yaml"
)

// provide puts the ConfigMap of a runner into the stream: in the place of an
// older one of ours, else at the end.
func (f *filter) provide(r *runner, c *certs) error {
	wanted, err := r.configMap(c)
	if err != nil {
		return err
	}
	other := f.find("ConfigMap", c.name, r.namespace)
	// In another namespace than the runner's as far as is written, ours is
	// that of another runner.
	if other != nil && (other.namespace == r.namespace || !other.isOurs()) {
		return other.replaceConfigMap(wanted)
	}
	written, err := r.configMapText(wanted)
	if err != nil {
		return err
	}
	f.appended = append(f.appended, written)
	return nil
}

// replaceConfigMap brings an older ConfigMap of ours up to date; it leaves
// what others (Helm, the API server) have added to it.
func (o *object) replaceConfigMap(wanted *yaml.Node) error {
	if !o.isOurs() {
		return o.refuse(ConfigMapTaken, "", "another ConfigMap of this name is in the stream")
	}
	if !covers(o.node, wanted) {
		*o.node = *wanted
	}
	return nil
}

// isOurs tells whether an earlier run made the ConfigMap.
func (o *object) isOurs() bool {
	mark, err := fieldAt(o.node, "metadata", "annotations", fingerprintsAnnotation)
	return err == nil && mark != nil
}

// covers tells whether a ConfigMap is as wanted: the same data, and at least
// the metadata.
func covers(node, wanted *yaml.Node) bool {
	if wanted.Kind != yaml.MappingNode {
		return node != nil && node.Kind == wanted.Kind && node.Value == wanted.Value
	}
	for i := 0; i+1 < len(wanted.Content); i += 2 {
		key := wanted.Content[i].Value
		value, err := field(node, key)
		if err != nil || !covers(value, wanted.Content[i+1]) {
			return false
		}
		if key == "data" && len(value.Content) != len(wanted.Content[i+1].Content) {
			return false
		}
	}
	return true
}

// configMap is the object, in the namespace and with the labels of the
// Deployment, as written there.
func (r *runner) configMap(c *certs) (*yaml.Node, error) {
	metadata, err := field(r.node, "metadata")
	if err != nil {
		return nil, r.at(err)
	}
	namespace, err := field(metadata, "namespace")
	if err != nil {
		return nil, r.at(err)
	}
	labels, err := field(metadata, "labels")
	if err != nil {
		return nil, r.at(err)
	}
	filename, err := r.textAt(metadata, "annotations", filenameAnnotation)
	if err != nil {
		return nil, err
	}
	annotations := mapping(
		pair{fingerprintsAnnotation, text(strings.Join(c.fingerprints(), ","))},
		pair{notAfterAnnotation, text(c.notAfter().Format(time.RFC3339))},
	)
	if filename != "" {
		annotations.Content = append(annotations.Content, text(filenameAnnotation), text(beside(filename)))
	}
	data := mapping()
	for _, file := range c.files() {
		pem := text(string(c.bundles[file].PEM()))
		pem.Style = yaml.LiteralStyle
		data.Content = append(data.Content, text(c.key(file)), pem)
	}
	return mapping(
		pair{"apiVersion", text("v1")},
		pair{"kind", text("ConfigMap")},
		pair{"metadata", mapping(
			pair{"name", text(c.name)},
			pair{"namespace", bare(namespace)},
			pair{"labels", bare(labels)},
			pair{"annotations", annotations},
		)},
		pair{"data", data},
	), nil
}

// bare copies what another object shares with the ConfigMap, without the
// comments and anchors that stand there.
func bare(node *yaml.Node) *yaml.Node {
	if node == nil {
		return nil
	}
	c := &yaml.Node{Kind: node.Kind, Tag: node.Tag, Value: node.Value, Style: node.Style}
	for _, child := range node.Content {
		c.Content = append(c.Content, bare(child))
	}
	return c
}

// beside is the path of our template, next to the Deployment's.
func beside(template string) string { return path.Join(path.Dir(template), templateName) }

// configMapText is a document of its own, with the line ends of the runner's.
func (r *runner) configMapText(configMap *yaml.Node) ([]byte, error) {
	written, err := encode(configMap, false)
	if err != nil {
		return nil, err
	}
	head := "---\n"
	filename, err := r.textAt(r.node, "metadata", "annotations", filenameAnnotation)
	if err != nil {
		return nil, err
	}
	if filename == "" {
		head += "# Source: " + beside(r.doc.source()) + "\n"
	}
	written = append([]byte(head), written...)
	if bytes.Contains(r.doc.text, []byte("\r\n")) {
		written = bytes.ReplaceAll(written, []byte("\n"), []byte("\r\n"))
	}
	return written, nil
}
