package render

import (
	"errors"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/added"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
)

// A source says where the bytes of one runner's files come from. A new one is a file in this package,
// and a line in sourcesOf.
type source interface {
	// offers returns what the source has for a server; none where it has nothing.
	offers(server gitlabrunner.Server) ([]offer, error)

	// projections returns what a volume has to show of objects for the files that were filled.
	projections() []added.Projection

	// jobObjects returns the objects whose one key has the certificates for job pods.
	jobObjects() []Object

	// checksum changes with the content of the files, so that pods roll with it; it is empty where
	// that is not known, or there is none.
	checksum() string

	// addTo adds the objects of the projections to the stream, unless somebody else makes them.
	addTo(d *added.Deployment) error
}

// An offer is what a runner's file for a server can hold.
type offer struct {
	name    string // in messages: a file, an object with its key
	forHost bool   // for this very host, instead of for every one

	// fill checks the offer and puts it into a file. Files of one name hold what all their servers
	// need.
	fill func(file string) error

	// mountInJobs checks the offer and mounts it in the job pods; nil where it joins other files.
	mountInJobs func() error
	byIngress   bool // it is what an Ingress or a Gateway names for the host
}

// sourcesOf returns the sources for one runner, by the options.
func (f *filter) sourcesOf(r *pod.Runner) ([]source, error) {
	var all []source
	if len(f.options.Sources) > 0 {
		from, err := newFileSource(r, f.options, f.report)
		if err != nil {
			return nil, err
		}
		all = append(all, from)
	}
	if len(f.options.Objects) > 0 || f.options.fromIngress() {
		all = append(all, &objectSource{runner: r, filter: f, files: map[string]Object{}})
	}
	return all, nil
}

// projectionsOf returns what a runner's volume has to show. A file that two sources fill is refused:
// the containers of a pod share it.
func projectionsOf(r *pod.Runner, sources []source) (all []added.Projection, err error) {
	for _, from := range sources {
		for _, p := range from.projections() {
			for _, i := range p.Items {
				if added.HasPath(all, i.Path) {
					return nil, r.Refuse(manifest.TwoSources, "", "its containers read one file %s, which is to come from several sources", i.Path)
				}
			}
			all = append(all, p)
		}
	}
	return all, nil
}

// choose returns the one offer that a runner's file for a server comes from: one for its host, else
// one for every host. Two are refused, since the runner reads one file.
func (f *filter) choose(c *pod.Container, sources []source, server gitlabrunner.Server) (offer, error) {
	forHost, general, err := offersOf(sources, server)
	if err != nil {
		return offer{}, err
	}
	if len(forHost) == 0 {
		forHost = general
	}
	switch len(forHost) {
	case 0:
		return offer{}, f.noCertificate(c, server)
	case 1:
		return forHost[0], nil
	}
	var names []string
	for _, o := range forHost {
		names = append(names, o.name)
	}
	return offer{}, c.Runner.Refuse(manifest.TwoSources, c.Field("env "+gitlabrunner.ServerURLVariable),
		"its certificate is to come from %s, and a runner reads one file", strings.Join(names, " and from "))
}

// offersOf returns what the sources have for this very server, and for every one.
func offersOf(sources []source, server gitlabrunner.Server) (forHost, general []offer, err error) {
	for _, from := range sources {
		offers, err := from.offers(server)
		if err != nil {
			return nil, nil, err
		}
		for _, o := range offers {
			if o.forHost {
				forHost = append(forHost, o)
			} else {
				general = append(general, o)
			}
		}
	}
	return forHost, general, nil
}

// noCertificate says what there is instead of a certificate for a server.
func (f *filter) noCertificate(c *pod.Container, server gitlabrunner.Server) error {
	if server.Name == "" {
		return f.hostUnknown(c)
	}
	err := c.Runner.Refuse(manifest.NoCertificate, "", "no certificate is given, and no Ingress or Gateway of the stream names a Secret for the host %q of its %s",
		server.Name, gitlabrunner.ServerURLVariable)
	if hosts := f.options.Hosts(); len(hosts) > 0 {
		err = c.Runner.Refuse(manifest.NoCertificate, "", "no certificate is given for the host %q of its %s, only for: %s",
			server.Name, gitlabrunner.ServerURLVariable, strings.Join(hosts, ", "))
	}
	if refused, ok := errors.AsType[*Error](err); ok {
		refused.Host = server.Address
	}
	return err
}
