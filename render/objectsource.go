package render

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/added"
	"helm-runnertrust/render/ingress"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// objectSource is the source of objects that are in the runner's namespace: those that the options
// name, or the Secret that an Ingress or a Gateway of the stream names.
type objectSource struct {
	runner *pod.Runner
	filter *filter
	files  map[string]Object // by file
	jobs   []Object          // for the job pods alone
}

var _ source = (*objectSource)(nil)

// fromIngress reports whether the stream itself names the Secret with the certificate: the options ask
// for that, or have nothing else.
func (o Options) fromIngress() bool {
	return o.FromIngress || len(o.Sources) == 0 && len(o.Objects) == 0
}

func (s *objectSource) offers(server gitlabrunner.Server) ([]offer, error) {
	var offers []offer
	add := func(o Object, by string) {
		offers = append(offers, offer{name: o.String(), forHost: o.Host != "", byIngress: by != "",
			fill:        func(file string) error { return s.fill(o, by, server, file) },
			mountInJobs: func() error { return s.mountInJobs(o, server) }})
	}
	for _, o := range s.filter.options.Offers(server.Name) {
		if o.Bundle == nil {
			add(o.Object, "")
		}
	}
	if !s.filter.options.fromIngress() {
		return offers, nil
	}
	found, err := s.filter.terminations.Secret(s.runner.Object, server.Name, s.filter.options.FromIngress)
	if err == nil && found.Secret != "" {
		add(Object{Kind: "Secret", Name: found.Secret, Key: ingress.SecretKey}, found.By)
	}
	return offers, err
}

// fill puts an object into a file. by is the Ingress or Gateway that names it.
func (s *objectSource) fill(o Object, by string, server gitlabrunner.Server, file string) error {
	o.Host = ""
	s.useInjected(&o)
	if o.Kind == "ConfigMap" && o.Name == "kube-root-ca.crt" {
		s.filter.report.warn(trust.Finding{Code: manifest.ClusterCA, Object: s.runner.String(),
			Message: "ConfigMap/kube-root-ca.crt holds the CA of the cluster's API server, which is hardly GitLab's"})
	}
	if other, taken := s.files[file]; taken && other != o {
		return s.runner.Refuse(manifest.TwoSources, "", "its containers read one file %s, which is to come from %s and from %s", file, other, o)
	}
	s.files[file] = o
	if by != "" {
		s.filter.report.note(trust.Finding{Code: manifest.SourceServed, Object: s.runner.String(), Host: server.Name,
			Message: "the certificate is " + o.String() + ", which " + by + " names for " + server.Name})
	}
	return s.check(o, server)
}

func (s *objectSource) mountInJobs(o Object, server gitlabrunner.Server) error {
	o.Host = ""
	s.jobs = append(s.jobs, o)
	return s.check(o, server)
}

// useInjected names the key of a ConfigMap that OpenShift fills, in the place of the default one.
func (s *objectSource) useInjected(o *Object) {
	if o.Kind != "ConfigMap" || o.Key != defaultKey {
		return
	}
	found := s.filter.run.Stream.Find(o.Kind, o.Name, s.runner.Namespace)
	if found != nil && manifest.IsTrue(manifest.Text(found.Node, "metadata", "labels", "config.openshift.io/inject-trusted-cabundle")) {
		o.Key = "ca-bundle.crt"
	}
}

// check checks an object that is in the stream like the certificates of Options.Sources. One whose
// owner fills it later is empty there, and one that may be of another namespace is not looked at.
func (s *objectSource) check(o Object, server gitlabrunner.Server) error {
	found := s.filter.run.Stream.Find(o.Kind, o.Name, s.runner.Namespace)
	if found == nil || found.Namespace != s.runner.Namespace {
		return nil
	}
	content, ok, err := found.Data(o.Key)
	keys := found.DataKeys()
	switch {
	case err != nil:
		return err
	case len(keys) == 0, ok && len(bytes.TrimSpace(content)) == 0:
		s.filter.report.warn(trust.Finding{Code: manifest.ObjectEmpty, Object: found.String(), Message: "it is empty in the manifests: its owner has to fill it"})
		return nil
	case !ok:
		return found.Refuse(manifest.KeyMissing, "data", "it has no key %q, only: %s", o.Key, someOf(keys))
	}
	bundle, err := trust.Parse(o.String(), content)
	if err != nil {
		return err
	}
	_, unseen, err := gitlabrunner.Parse(o.String(), content) // which is not written anew
	if err != nil {
		return err
	}
	findings, err := bundle.Check(server.Name, s.filter.options.Now, s.filter.options.Force)
	s.filter.report.warn(slices.Concat(unseen, findings)...)
	return err
}

// someOf lists names, ten of them at most.
func someOf(names []string) string {
	const most = 10
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

func (s *objectSource) projections() []added.Projection { return Projections(s.files) }

// Projections returns what a volume has to show of objects, by file: each object once.
func Projections(files map[string]Object) (all []added.Projection) {
	for _, file := range slices.Sorted(maps.Keys(files)) {
		o := files[file]
		at := slices.IndexFunc(all, func(p added.Projection) bool { return p.Kind == o.Kind && p.Name == o.Name })
		if at < 0 {
			all, at = append(all, added.Projection{Kind: o.Kind, Name: o.Name}), len(all)
		}
		all[at].Items = append(all[at].Items, added.Item{Key: o.Key, Path: file})
	}
	slices.SortFunc(all, func(a, b added.Projection) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return all
}

func (s *objectSource) jobObjects() (all []Object) {
	for _, file := range slices.Sorted(maps.Keys(s.files)) {
		if o := s.files[file]; !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	for _, o := range s.jobs {
		if !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	return all
}

// checksum returns "": the object changes without the stream, and the runner follows it by itself.
func (s *objectSource) checksum() string { return "" }

func (s *objectSource) addTo(*added.Deployment) error { return nil }
