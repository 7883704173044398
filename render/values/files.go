package values

import (
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// A file is what the runner reads for a host.
type file struct {
	host   string // as the options have it; "" for the runner's server
	server gitlabrunner.Server
	name   string
	offer  render.Offer
}

// choose chooses the one offer for the server, and what is for further hosts, each in a file of its name.
func (r *runner) choose() error {
	offer, err := r.Only(r.Offers(r.server.Name), r.server.Name, r.refuse)
	if err != nil {
		return err
	}
	r.files = []file{{server: r.server, name: r.at.File, offer: offer}}
	for _, host := range r.FurtherHosts(r.server.Name) {
		server := gitlabrunner.ForHost(host)
		for _, offer := range r.Offers(host) {
			if offer.ForHost {
				r.files = append(r.files, file{host, server, server.CertFile, offer})
			}
		}
	}
	return nil
}

// fill fills the files, with checks of the certificates.
func (r *runner) fill() (findings []trust.Finding, err error) {
	for _, f := range r.files {
		found, err := r.contents.Fill(f.name, f.server, f.offer)
		if err != nil {
			return nil, err
		}
		findings = append(findings, found...)
	}
	return slices.Compact(findings), nil
}

// configMap returns the ConfigMap of the certificates; extraObjects go through the chart's templates.
func (r *runner) configMap() *yaml.RNode {
	var namespace *yaml.RNode // of the chart's objects
	if !r.Apart {
		namespace = yamledit.Text("{{ .Values.namespace | default .Release.Namespace }}")
		namespace.YNode().Style = yaml.DoubleQuotedStyle
	}
	return r.contents.Manifest(namespace, nil, "")
}
