package render

import (
	"strings"

	"helm-runnertrust/trust"
)

// A source says where the bytes of one runner's files come from. A new one is a file beside this,
// and a line in sourcesOf.
type source interface {
	// offers names what the source has for a server; own is set where that was given for this
	// very host. It is empty where the source has nothing.
	offers(server trust.Server) (names []string, own bool, err error)

	// fill checks what the source offers for a server, and puts it into a file. Files of one name
	// hold what all their servers need.
	fill(server trust.Server, file string) error

	// projections are what a volume has to show of objects for the files that were filled.
	projections() []projection

	// checksum changes with the content of the files, so that pods roll with it; it is empty where
	// that is not known, or there is none.
	checksum() string

	// provide puts the objects of the projections into the stream, as far as they are the source's.
	provide(m *manifests) error
}

// sourcesOf are the sources for one runner, by the options.
func (f *filter) sourcesOf(r *runner) ([]source, error) {
	var all []source
	if len(f.options.Sources) > 0 {
		from, err := newGiven(r, f.options, f.warn)
		if err != nil {
			return nil, err
		}
		all = append(all, from)
	}
	if len(f.options.Objects) > 0 || f.options.fromIngress() {
		all = append(all, newStored(r, f))
	}
	return all, nil
}

// choose is the one source that a runner's file for a server comes from: what was given for its
// host, else what was given for every host. Two are refused, since the runner reads one file.
func (f *filter) choose(c *container, sources []source, server trust.Server) (source, error) {
	var chosen source
	var names []string
	ownFound := false
	for _, from := range sources {
		offered, own, err := from.offers(server)
		switch {
		case err != nil:
			return nil, err
		case len(offered) == 0 || ownFound && !own:
			continue
		case own && !ownFound:
			ownFound, names = true, nil
		}
		chosen, names = from, append(names, offered...)
	}
	switch {
	case len(names) > 1:
		return nil, c.runner.refuse(TwoSources, c.field("env "+trust.ServerURLVariable),
			"its certificate is to come from %s, and a runner reads one file", strings.Join(names, " and from "))
	case chosen == nil:
		return nil, f.noCertificate(c, server)
	}
	return chosen, nil
}

// noCertificate says what there is instead of a certificate for a server.
func (f *filter) noCertificate(c *container, server trust.Server) error {
	hosts := f.options.hosts()
	if len(hosts) == 0 {
		return c.runner.refuse(NoCertificate, "", "no certificate is given, and no Ingress or Gateway of the stream names a Secret for the host %q of its %s",
			server.Name, trust.ServerURLVariable)
	}
	return c.runner.refuse(NoCertificate, "", "no certificate is given for the host %q of its %s, only for: %s",
		server.Name, trust.ServerURLVariable, strings.Join(hosts, ", "))
}
