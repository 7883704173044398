package render

import (
	"path"
	"strings"
	"time"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/added"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
)

const (
	fingerprintsAnnotation = "helm-runnertrust/fingerprints"
	notAfterAnnotation     = "helm-runnertrust/not-after"

	templateName = "runnertrust-certs.yaml"
)

// addTo adds the ConfigMap of the certificates.
func (s *fileSource) addTo(d *added.Deployment) error {
	if len(s.bundles) == 0 {
		return nil
	}
	o, err := s.configMap()
	if err != nil {
		return d.WithPlace(err)
	}
	head := "# Source: " + beside(manifest.TemplatePath(d.Document)) + "\n"
	if s.filename() != "" {
		head = "" // Helm 4 has an annotation instead
	}
	return d.AddConfigMap(s.name, head, o)
}

// configMap returns the object, in the namespace and with the labels of the Deployment, as written
// there.
func (s *fileSource) configMap() (*yaml.RNode, error) {
	metadata := manifest.Value(s.runner.Node, "metadata")
	o := yamledit.Map(
		yamledit.Pair{Key: yaml.APIVersionField, Value: yamledit.Text("v1")},
		yamledit.Pair{Key: yaml.KindField, Value: yamledit.Text("ConfigMap")},
		yamledit.Pair{Key: yaml.MetadataField, Value: yamledit.Map(
			yamledit.Pair{Key: yaml.NameField, Value: yamledit.Text(s.name)},
			yamledit.Pair{Key: yaml.NamespaceField, Value: yamledit.Bare(manifest.Value(metadata, yaml.NamespaceField))},
			yamledit.Pair{Key: yaml.LabelsField, Value: yamledit.Bare(manifest.Value(metadata, yaml.LabelsField))},
		)},
	)
	annotations := map[string]string{
		fingerprintsAnnotation: strings.Join(s.fingerprints(), ","),
		notAfterAnnotation:     s.end.Format(time.RFC3339),
	}
	if filename := s.filename(); filename != "" {
		annotations[pod.FilenameAnnotation] = beside(filename)
	}
	if err := o.SetAnnotations(annotations); err != nil {
		return nil, err
	}
	data := map[string]string{}
	for key, bundle := range s.data() {
		data[key] = string(bundle.PEM())
	}
	return o, o.LoadMapIntoConfigMapData(data)
}

// filename returns Helm 4's annotation of the runner's Deployment, "" under Helm 3.
func (s *fileSource) filename() string {
	return manifest.Text(s.runner.Node, "metadata", "annotations", pod.FilenameAnnotation)
}

// beside returns the path of our template, next to the Deployment's.
func beside(template string) string { return path.Join(path.Dir(template), templateName) }
