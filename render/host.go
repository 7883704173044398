package render

import (
	"errors"
	"fmt"
	"strings"

	"helm-runnertrust/gitlabrunner"
)

// server is the one of a container's CI_SERVER_URL, else that of the only host that certificates
// are given for; zero where neither tells it and the way needs none.
func (f *filter) server(c *container) (gitlabrunner.Server, error) {
	server, err := c.server()
	if err != nil {
		return gitlabrunner.Server{}, err
	}
	if server.Name == "" {
		host, err := f.options.onlyHost()
		switch {
		case err == nil:
			return gitlabrunner.ForHost(host), nil
		case f.way.needsHost() || f.options.fromIngress():
			return gitlabrunner.Server{}, f.hostUnknown(c)
		}
		return gitlabrunner.Server{}, nil
	}
	if server.Plain {
		f.warn(Warning{Code: PlainHTTP, Object: c.runner.String(), Message: gitlabrunner.ServerURLVariable +
			" is an http:// URL, so the runner checks no certificate"})
	}
	return server, nil
}

// hostUnknown says that nothing tells the host of a container's server.
func (f *filter) hostUnknown(c *container) error {
	_, err := f.options.onlyHost()
	return c.runner.refuse(HostUnknown, c.field("env "+gitlabrunner.ServerURLVariable), "its value is %w, and %w", errUnknown, err)
}

// refuseUnused tells of certificates for a host that no runner has, and refuses objects for one.
// The files of a folder are there to choose from.
func (f *filter) refuseUnused(runners []*runner) error {
	if len(runners) == 0 {
		return nil
	}
	used := map[string]bool{}
	for _, r := range runners {
		for _, c := range r.containers {
			if server, err := f.server(c); err == nil {
				used[strings.ToLower(server.Name)] = true
			}
		}
	}
	for _, given := range f.options.Sources {
		if given.Host != "" && !given.FromFolder && !used[strings.ToLower(given.Host)] {
			f.warn(Warning{Code: SourceUnused, Message: fmt.Sprintf(
				"no runner connects to %s, so %s is not used", given.Host, given.Bundle.Origin())})
		}
	}
	var faults []error
	for _, o := range f.options.Objects {
		if o.Host != "" && !used[strings.ToLower(o.Host)] {
			faults = append(faults, &Error{Code: SourceUnused, Err: fmt.Errorf("no runner connects to %s, which %s is given for", o.Host, o)})
		}
	}
	return errors.Join(faults...)
}
