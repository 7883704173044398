package render

import (
	"strings"

	"helm-runnertrust/gitlabrunner"
)

// A source says where the bytes of one runner's files come from. A new one is a file beside this,
// and a line in sourcesOf.
type source interface {
	// offers are what the source has for a server; none where it has nothing.
	offers(server gitlabrunner.Server) ([]offer, error)

	// projections are what a volume has to show of objects for the files that were filled.
	projections() []projection

	// checksum changes with the content of the files, so that pods roll with it; it is empty where
	// that is not known, or there is none.
	checksum() string

	// addTo puts the objects of the projections into the stream, as far as they are the source's.
	addTo(m *manifests) error
}

// An offer is what a runner's file for a server can hold.
type offer struct {
	name string // in messages: a file, an object with its key
	own  bool   // given for this very host

	// fill checks the offer and puts it into a file. Files of one name hold what all their servers
	// need.
	fill func(file string) error
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

// choose is the one offer that a runner's file for a server comes from: what was given for its
// host, else what was given for every host. Two are refused, since the runner reads one file.
func (f *filter) choose(c *container, sources []source, server gitlabrunner.Server) (offer, error) {
	var own, general []offer
	for _, from := range sources {
		offers, err := from.offers(server)
		if err != nil {
			return offer{}, err
		}
		for _, o := range offers {
			if o.own {
				own = append(own, o)
			} else {
				general = append(general, o)
			}
		}
	}
	if len(own) == 0 {
		own = general
	}
	switch len(own) {
	case 0:
		return offer{}, f.noCertificate(c, server)
	case 1:
		return own[0], nil
	}
	var names []string
	for _, o := range own {
		names = append(names, o.name)
	}
	return offer{}, c.runner.refuse(TwoSources, c.field("env "+gitlabrunner.ServerURLVariable),
		"its certificate is to come from %s, and a runner reads one file", strings.Join(names, " and from "))
}

// noCertificate says what there is instead of a certificate for a server.
func (f *filter) noCertificate(c *container, server gitlabrunner.Server) error {
	hosts := f.options.hosts()
	switch {
	case server.Name == "":
		return f.hostUnknown(c)
	case len(hosts) == 0:
		return about(server, c.runner.refuse(NoCertificate, "", "no certificate is given, and no Ingress or Gateway of the stream names a Secret for the host %q of its %s",
			server.Name, gitlabrunner.ServerURLVariable))
	}
	return about(server, c.runner.refuse(NoCertificate, "", "no certificate is given for the host %q of its %s, only for: %s",
		server.Name, gitlabrunner.ServerURLVariable, strings.Join(hosts, ", ")))
}
