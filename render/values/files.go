package values

import (
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render"
	"helm-runnertrust/render/manifest"
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

// choose chooses the one offer for the server.
func (r *runner) choose() error {
	offers := r.Offers(r.server.Name)
	switch len(offers) {
	case 0:
		only := ""
		if hosts := r.Hosts(); len(hosts) > 0 {
			only = ", only for: " + strings.Join(hosts, ", ")
		}
		return r.refuse(manifest.NoCertificate, "no certificate is given for the host %q%s", r.server.Name, only)
	case 1:
		r.files = []file{{server: r.server, name: r.at.File, offer: offers[0]}}
		return nil
	}
	var names []string
	for _, offer := range offers {
		names = append(names, offer.String())
	}
	return r.refuse(manifest.TwoSources, "host %s: its certificate is to come from %s, and a runner reads one file",
		r.server.Name, strings.Join(names, " and from "))
}

// chooseFurther chooses what is for further hosts, each in a file of its name.
func (r *runner) chooseFurther() error {
	for _, host := range r.FurtherHosts(r.server.Name) {
		server, err := render.FurtherServer(host)
		if err != nil {
			return err
		}
		for _, offer := range r.Offers(server.Name) {
			if offer.ForHost {
				r.files = append(r.files, file{host, server, server.CertFile, offer})
			}
		}
	}
	return nil
}

// fill fills the files, from objects and from a ConfigMap of the certificates, which it checks.
func (r *runner) fill() (findings []trust.Finding, err error) {
	configMap, err := render.NewConfigMap(cmp.Or(r.ConfigMapName, DefaultConfigMapName))
	if err != nil {
		return nil, r.refuse(manifest.ConfigMapName, "host %s: %w", r.server.Name, err)
	}
	r.objects = map[string]render.Object{}
	for _, f := range r.files {
		if f.offer.Bundle == nil {
			if err := r.show(f.name, f.offer.Object); err != nil {
				return nil, err
			}
			continue
		}
		found, err := f.server.About(f.offer.Bundle.Check(f.server.Name, r.Now, r.Force))
		if err != nil {
			return nil, err
		}
		findings = append(findings, found...)
		if err := configMap.Add(f.name, f.server.Name, f.offer.Bundle); err != nil {
			return nil, r.refuse(manifest.TooMuchData, "host %s: %w", r.server.Name, err)
		}
	}
	shown := configMap.Projection()
	for _, item := range shown.Items {
		if err := r.show(item.Path, render.Object{Kind: shown.Kind, Name: shown.Name, Key: item.Key}); err != nil {
			return nil, err
		}
	}
	if len(shown.Items) > 0 {
		r.configMap, err = r.manifest(configMap)
		r.checksum = configMap.Checksum()
	}
	return slices.Compact(findings), err
}

// show puts an object into a file. It refuses a second one: files of IPv6 hosts can have one name.
func (r *runner) show(name string, object render.Object) error {
	object.Host = ""
	if other, taken := r.objects[name]; taken && other != object {
		return r.refuse(manifest.TwoSources, "the file %s is to come from %s and from %s, and a runner reads one", name, other, object)
	}
	r.objects[name] = object
	return nil
}

// manifest returns the object of a ConfigMap; extraObjects go through the chart's templates.
func (r *runner) manifest(configMap *render.ConfigMap) (*yaml.RNode, error) {
	var namespace *yaml.RNode // of the chart's objects
	if !r.Apart {
		namespace = yamledit.Text("{{ .Values.namespace | default .Release.Namespace }}")
		namespace.YNode().Style = yaml.DoubleQuotedStyle
	}
	return configMap.Manifest(namespace, nil, nil)
}
