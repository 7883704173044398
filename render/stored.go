package render

import (
	"cmp"
	"maps"
	"slices"
	"strings"

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

func (s *stored) offers(server trust.Server) (names []string, own bool, err error) {
	objects, own, _, err := s.objectsFor(server)
	for _, o := range objects {
		names = append(names, o.String())
	}
	return names, own, err
}

// objectsFor are the objects for a server: those of its host, else those for every host. by is the
// Ingress or Gateway that names one.
func (s *stored) objectsFor(server trust.Server) (objects []Object, own bool, by string, err error) {
	options := s.filter.options
	for _, o := range options.Objects {
		if o.Host != "" && strings.EqualFold(o.Host, server.Name) {
			objects, own = append(objects, o), true
		}
	}
	if own {
		return objects, true, "", nil
	}
	for _, o := range options.Objects {
		if o.Host == "" {
			objects = append(objects, o)
		}
	}
	if options.fromIngress() {
		served, err := s.filter.manifests.servedBy(s.runner, server)
		if err != nil {
			return nil, false, "", err
		}
		if served.secret != "" {
			return append(objects, Object{Kind: "Secret", Name: served.secret, Key: servedKey}), false, served.by, nil
		}
	}
	return objects, false, "", nil
}

func (s *stored) fill(server trust.Server, file string) error {
	objects, _, by, err := s.objectsFor(server)
	if err != nil {
		return err
	}
	o := objects[0]
	if other, taken := s.files[file]; taken && (other.Kind != o.Kind || other.Name != o.Name || other.Key != o.Key) {
		return s.runner.refuse(TwoSources, "", "its containers read one file %s, which is to come from %s and from %s", file, other, o)
	}
	s.files[file] = o
	if by != "" {
		s.filter.note(Finding{Code: SourceServed, Object: s.runner.String(), Host: server.Name,
			Message: "the certificate is " + o.String() + ", which " + by + " names for " + server.Name})
	}
	return s.check(o, server)
}

// check holds an object that is in the stream to what certificates are held to that are given.
func (s *stored) check(o Object, server trust.Server) error {
	found, err := s.filter.manifests.find(o.Kind, o.Name, s.runner.namespace)
	if err != nil || found == nil {
		return err
	}
	content, ok, err := found.dataOf(o.Key)
	switch {
	case err != nil:
		return found.placed(err)
	case !ok:
		return found.refuse(KeyMissing, "data", "it has no key %q, only: %s", o.Key, cmp.Or(strings.Join(found.dataKeys(), ", "), "none"))
	}
	bundle, err := trust.Parse(o.String(), content)
	if err != nil {
		return err
	}
	_, unseen, err := trust.ParseAsRunner(o.String(), content) // which is not written anew
	if err != nil {
		return err
	}
	findings, err := bundle.Check(server.Name, s.filter.options.Now, s.filter.options.Force)
	for _, finding := range slices.Concat(unseen, findings) {
		s.filter.warn(finding)
	}
	return err
}

func (s *stored) projections() []projection {
	byObject := map[objectID]*projection{}
	for _, file := range slices.Sorted(maps.Keys(s.files)) {
		o := s.files[file]
		p := byObject[objectID{o.Kind, o.Name}]
		if p == nil {
			p = &projection{kind: volumeKinds[o.Kind], name: o.Name}
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

// volumeKinds are the keys of a volume for the kinds of objects.
var volumeKinds = map[string]string{"ConfigMap": "configMap", "Secret": "secret"}

// checksum is empty: the object changes without the stream, and the runner follows it by itself.
func (s *stored) checksum() string { return "" }

func (s *stored) provide(*manifests) error { return nil }
