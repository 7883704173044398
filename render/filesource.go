package render

import (
	"cmp"
	"path"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/added"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

const templateName = "runnertrust-certs.yaml"

// fileSource is the source of the certificates in Options.Sources: a new ConfigMap has them.
type fileSource struct {
	runner    *pod.Runner
	options   Options
	report    *report
	configMap *ConfigMap
}

var _ source = (*fileSource)(nil)

// newFileSource returns the source for one runner.
func newFileSource(r *pod.Runner, options Options, report *report) (*fileSource, error) {
	configMap, err := NewConfigMap(options.configMapName(r.Object))
	if err != nil {
		return nil, r.Refuse(manifest.ConfigMapName, "", "%w", err)
	}
	configMap.forJobs = options.Jobs
	return &fileSource{runner: r, options: options, report: report, configMap: configMap}, nil
}

// configMapName returns the name of a runner's ConfigMap.
func (o Options) configMapName(r *manifest.Object) string {
	return cmp.Or(o.ConfigMapName, r.Name+"-certs")
}

// offers returns the certificates for a server. Several are one file for the runner.
func (s *fileSource) offers(server gitlabrunner.Server) ([]offer, error) {
	var offers []offer
	for _, o := range s.options.Offers(server.Name) {
		if o.Bundle != nil {
			offers = append(offers, offer{name: o.String(), forHost: o.ForHost, fill: func(file string) error { return s.fill(o.Bundle, server, file) }})
		}
	}
	return offers, nil
}

func (s *fileSource) fill(bundle *trust.Bundle, server gitlabrunner.Server, file string) error {
	findings, err := server.About(bundle.Check(server.Name, s.options.Now, s.options.Force))
	if err != nil {
		return err
	}
	s.report.warn(findings...)
	if err := s.configMap.Add(file, server.Name, bundle); err != nil {
		return s.runner.Refuse(manifest.TooMuchData, "", "%w", err)
	}
	return nil
}

func (s *fileSource) isEmpty() bool { return len(s.configMap.bundles) == 0 }

func (s *fileSource) projections() []added.Projection {
	if s.isEmpty() {
		return nil
	}
	return []added.Projection{s.configMap.Projection()}
}

func (s *fileSource) jobObjects() []Object {
	if s.isEmpty() {
		return nil
	}
	return []Object{s.configMap.jobObject()}
}

// checksum returns that of the ConfigMap.
func (s *fileSource) checksum() string {
	if s.isEmpty() {
		return ""
	}
	return s.configMap.Checksum()
}

// addTo adds the ConfigMap, in the namespace and with the labels of the Deployment, as written there.
func (s *fileSource) addTo(d *added.Deployment) error {
	if s.isEmpty() {
		return nil
	}
	head := "# Source: " + beside(manifest.TemplatePath(d.Document)) + "\n"
	var annotations map[string]string
	metadata := manifest.Value(s.runner.Node, "metadata")
	if filename := manifest.Text(metadata, "annotations", pod.FilenameAnnotation); filename != "" { // Helm 4's
		head, annotations = "", map[string]string{pod.FilenameAnnotation: beside(filename)}
	}
	o, err := s.configMap.Manifest(yamledit.Bare(manifest.Value(metadata, "namespace")), yamledit.Bare(manifest.Value(metadata, "labels")), annotations)
	if err != nil {
		return d.WithPlace(err)
	}
	return d.AddConfigMap(s.configMap.name, head, o)
}

// beside returns the path of our template, next to the Deployment's.
func beside(template string) string { return path.Join(path.Dir(template), templateName) }
