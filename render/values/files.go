package values

import (
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render"
	"helm-runnertrust/render/yamledit"
)

// fill fills the file for the server, then those of further hosts, each of its name.
func (r *runner) fill() error {
	offer, err := r.Only(r.Offers(r.server.Name), r.server.Name, "", r.refuse)
	if err != nil {
		return err
	}
	err = r.add("", r.at.File, r.server, offer)
	for _, host := range r.FurtherHosts(r.server.Name) {
		server := gitlabrunner.ForHost(host)
		for _, offer := range r.Offers(host) {
			if offer.ForHost && err == nil {
				err = r.add(host, server.CertFile, server, offer)
				r.values.Notes = append(r.values.Notes, render.FurtherNote(host, offer))
			}
		}
	}
	return err
}

// add checks an offer, and puts it into a file.
func (r *runner) add(host, file string, server gitlabrunner.Server, offer render.Offer) error {
	findings, err := r.files.Fill(file, server, offer)
	if err != nil {
		return err
	}
	object := r.files.Object(file)
	object.Host = host
	r.values.Objects = append(r.values.Objects, object)
	r.values.Warnings = slices.Compact(append(r.values.Warnings, findings...))
	return nil
}

// configMap returns the ConfigMap of the certificates; extraObjects go through the chart's templates.
func (r *runner) configMap() *yaml.RNode {
	var namespace *yaml.RNode // of the chart's objects
	if !r.Apart {
		namespace = yamledit.Text("{{ .Values.namespace | default .Release.Namespace }}")
		namespace.YNode().Style = yaml.DoubleQuotedStyle
	}
	return r.files.Manifest(namespace, nil, "")
}
