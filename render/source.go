package render

import (
	"bytes"
	"errors"
	"path"
	"slices"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/added"
	"helm-runnertrust/render/delivery"
	"helm-runnertrust/render/ingress"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// A filter is one run over one stream.
type filter struct {
	*Result
	options      Options
	run          *added.Run
	delivery     delivery.Delivery
	terminations ingress.Terminations
	further      []string // hosts of the options that no setting of a runner has
	jobs         map[*manifest.Object]jobTemplate
}

// fromIngress reports whether the stream itself names the Secret with GitLab's certificate: the options ask
// for that, or have nothing but what is for certain hosts.
func (f *filter) fromIngress() bool {
	return f.options.FromIngress || len(f.options.Offers("")) == 0
}

// A container is one of a runner, with what it reads.
type container struct {
	*pod.Container
	files  *Files              // of the runner
	server gitlabrunner.Server // GitLab's
	at     delivery.Location   // of the file for it
	chosen Offer               // what that file comes from
}

// offers returns what there is for a server of a runner, in the options and by an Ingress or a Gateway
// of the stream; what that is, where the error says why there is no more. Another source is added here.
func (f *filter) offers(r *pod.Runner, server gitlabrunner.Server) ([]Offer, error) {
	offers := f.options.Offers(server.Name)
	if len(offers) > 0 && offers[0].ForHost {
		return offers, nil
	}
	found, err := f.terminations.Secret(r.Object, server.Name, f.options.FromIngress)
	if found.Secret != "" {
		offers = append(offers, Offer{Object: Object{Kind: "Secret", Name: found.Secret, Key: ingress.SecretKey}, By: found.By})
	}
	return offers, err
}

// choose returns the one offer that the file of a container comes from.
func (f *filter) choose(c container) (Offer, error) {
	var err error
	offers := f.options.Offers(c.server.Name)
	if f.fromIngress() {
		offers, err = f.offers(c.Runner, c.server)
	}
	var chosen Offer
	if err == nil {
		refuse := func(code trust.Code, format string, args ...any) error {
			return c.Runner.Refuse(code, c.Field("env "+gitlabrunner.ServerURLVariable), format, args...)
		}
		chosen, err = f.options.Only(offers, c.server.Name, ", and no Ingress or Gateway of the stream names a Secret for it", refuse)
	}
	if refused, ok := errors.AsType[*Error](err); ok {
		refused.Host = c.server.Address
	}
	return chosen, err
}

// fill puts an offer for a server into a file of a container, and checks what it has.
func (f *filter) fill(c container, file string, server gitlabrunner.Server, o Offer) error {
	o.Object = f.filled(c, o.Object)
	findings, err := c.files.Fill(file, server, o)
	f.warn(findings...)
	if err != nil || o.Bundle != nil {
		return err
	}
	if o.By != "" {
		f.note(trust.Finding{Code: manifest.SourceServed, Object: c.Runner.String(), Host: server.Address,
			Message: "the certificate is " + o.String() + ", which " + o.By + " names for " + server.Name})
	}
	return f.check(c, o.Object, server)
}

// filled returns an object with the key that OpenShift fills, where its label says so.
func (f *filter) filled(c container, o Object) Object {
	if o.Kind != "ConfigMap" || o.Key != defaultKey {
		return o
	}
	found := f.run.Stream.Find(o.Kind, o.Name, c.Runner.Namespace)
	if found != nil && manifest.IsTrue(manifest.Text(found.Node, "metadata", "labels", "config.openshift.io/inject-trusted-cabundle")) {
		o.Key = "ca-bundle.crt"
	}
	return o
}

// check checks an object that is in the stream like the certificates of Options.Sources. One whose
// owner fills it later is empty there, and one that may be of another namespace is not looked at.
func (f *filter) check(c container, o Object, server gitlabrunner.Server) error {
	found := f.run.Stream.Find(o.Kind, o.Name, c.Runner.Namespace)
	if found == nil || found.Namespace != c.Runner.Namespace {
		return nil
	}
	content, ok, err := found.Data(o.Key)
	keys := found.DataKeys()
	switch {
	case err != nil:
		return err
	case len(keys) == 0, ok && len(bytes.TrimSpace(content)) == 0:
		f.warn(trust.Finding{Code: manifest.ObjectEmpty, Object: found.String(), Message: "it is empty in the manifests: its owner has to fill it"})
		return nil
	case !ok:
		return found.Refuse(manifest.KeyMissing, "data", "it has no key %q, only: %s", o.Key, strings.Join(keys, ", "))
	}
	bundle, err := trust.Parse(o.String(), content)
	if err != nil {
		return err
	}
	_, unseen, err := gitlabrunner.Parse(o.String(), content) // which is not written anew
	if err != nil {
		return err
	}
	findings, err := bundle.Check(server.Name, server.Address, f.options.Now, f.options.Force)
	f.warn(slices.Concat(unseen, findings)...)
	return err
}

// addConfigMap adds the ConfigMap of the certificates, in the namespace and with the labels of the
// Deployment, as written there, and with a template next to that of the Deployment.
func addConfigMap(d *added.Deployment, files *Files) error {
	beside := func(template string) string { return path.Join(path.Dir(template), "runnertrust-certs.yaml") }
	metadata := manifest.Value(d.Node, "metadata")
	head, template := "# Source: "+beside(manifest.TemplatePath(d.Document))+"\n", manifest.Text(metadata, "annotations", pod.FilenameAnnotation)
	if template != "" { // Helm 4's
		head, template = "", beside(template)
	}
	return d.AddConfigMap(files.ConfigMap, head,
		files.Manifest(yamledit.Bare(manifest.Value(metadata, "namespace")), yamledit.Bare(manifest.Value(metadata, "labels")), template))
}
