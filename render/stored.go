package render

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/trust"
)

// stored is the source of objects that are in the runner's namespace: those that the options name,
// or the Secret that an Ingress or a Gateway of the stream names.
type stored struct {
	runner *runner
	filter *filter
	files  map[string]Object // by file
}

var _ source = (*stored)(nil)

func newStored(r *runner, f *filter) *stored {
	return &stored{runner: r, filter: f, files: map[string]Object{}}
}

// fromIngress reports whether the stream itself is to say which Secret the certificate is in: that
// was asked for, or nothing else was given.
func (o Options) fromIngress() bool {
	return o.FromIngress || len(o.Sources) == 0 && len(o.Objects) == 0
}

func (s *stored) offers(server gitlabrunner.Server) ([]offer, error) {
	var offers []offer
	add := func(o Object, by string) {
		offers = append(offers, offer{name: o.String(), own: o.Host != "", fill: func(file string) error { return s.fill(o, by, server, file) }})
	}
	for i, o := range s.filter.options.Objects {
		isFor := o.Host == "" || strings.EqualFold(o.Host, server.Name)
		if isFor && !slices.Contains(s.filter.options.Objects[:i], o) {
			add(o, "")
		}
	}
	if !s.filter.options.fromIngress() {
		return offers, nil
	}
	found, err := s.filter.manifests.servedBy(s.runner, server, s.filter.options.FromIngress)
	if err == nil && found.secret != "" {
		add(Object{Kind: "Secret", Name: found.secret, Key: servedKey}, found.by)
	}
	return offers, err
}

// fill puts an object into a file. by is the Ingress or Gateway that names it.
func (s *stored) fill(o Object, by string, server gitlabrunner.Server, file string) error {
	o.Host = ""
	if other, taken := s.files[file]; taken && other != o {
		return s.runner.refuse(TwoSources, "", "its containers read one file %s, which is to come from %s and from %s", file, other, o)
	}
	s.files[file] = o
	if by != "" {
		s.filter.note(Finding{Code: SourceServed, Object: s.runner.String(), Host: server.Name,
			Message: "the certificate is " + o.String() + ", which " + by + " names for " + server.Name})
	}
	return s.check(o, server)
}

// check holds an object that is in the stream to what certificates are held to that are given. One
// whose owner fills it later is empty there, and one that may be of another namespace tells
// nothing.
func (s *stored) check(o Object, server gitlabrunner.Server) error {
	found, err := s.filter.manifests.find(o.Kind, o.Name, s.runner.namespace)
	if err != nil || found == nil || found.namespace != s.runner.namespace {
		return err
	}
	content, ok, err := found.dataOf(o.Key)
	keys := found.dataKeys()
	switch {
	case err != nil:
		return err
	case len(keys) == 0, ok && len(bytes.TrimSpace(content)) == 0:
		s.filter.warn(Warning{Code: ObjectEmpty, Object: found.String(), Message: "it is empty in the manifests: its owner has to fill it"})
		return nil
	case !ok:
		return found.refuse(KeyMissing, "data", "it has no key %q, only: %s", o.Key, someOf(keys))
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
	for _, finding := range slices.Concat(unseen, findings) {
		s.filter.warn(finding)
	}
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

func (s *stored) projections() []projection {
	byObject := map[objectID]*projection{}
	for _, file := range slices.Sorted(maps.Keys(s.files)) {
		o := s.files[file]
		p := byObject[objectID{o.Kind, o.Name}]
		if p == nil {
			shown, _ := mountableFor(o.Kind) // Options.check has refused other kinds
			p = &projection{kind: shown.volume, name: o.Name}
			byObject[objectID{o.Kind, o.Name}] = p
		}
		p.items = append(p.items, item{key: o.Key, path: file})
	}
	var all []projection
	for _, p := range byObject {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b projection) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name)) })
	return all
}

// checksum is empty: the object changes without the stream, and the runner follows it by itself.
func (s *stored) checksum() string { return "" }

func (s *stored) addTo(*manifests) error { return nil }
