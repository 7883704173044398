package render

import (
	"errors"
	"fmt"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// server returns the server of a container's CI_SERVER_URL, else that of the only host of the
// options; zero where there is neither and the delivery needs none.
func (f *filter) server(c *pod.Container) (gitlabrunner.Server, error) {
	server, err := c.Server()
	if err != nil {
		return gitlabrunner.Server{}, err
	}
	if server.Name == "" {
		host, err := f.options.onlyHost()
		switch {
		case err == nil:
			return gitlabrunner.ForHost(host), nil
		case f.delivery.NeedsHost() || f.options.fromIngress():
			return gitlabrunner.Server{}, f.hostUnknown(c)
		}
		return gitlabrunner.Server{}, nil
	}
	if server.Plain {
		f.report.warn(trust.Finding{Code: manifest.PlainHTTP, Object: c.Runner.String(), Message: gitlabrunner.ServerURLVariable +
			" is an http:// URL, so the runner checks no certificate"})
	}
	return server, nil
}

// hostUnknown makes the Error of a container whose server is not known.
func (f *filter) hostUnknown(c *pod.Container) error {
	_, err := f.options.onlyHost()
	return c.Runner.Refuse(manifest.HostUnknown, c.Field("env "+gitlabrunner.ServerURLVariable), "its value is %w, and %w", pod.ErrUnknown, err)
}

// refuseUnused warns and refuses what is for a host that no runner has.
func (f *filter) refuseUnused(runners []*pod.Runner) error {
	if len(runners) == 0 {
		return nil
	}
	used := map[string]bool{}
	for _, r := range runners {
		for _, c := range r.Containers {
			if server, err := f.server(c); err == nil {
				used[strings.ToLower(server.Name)] = true
			}
		}
	}
	warnings, err := f.options.Unused(used)
	f.report.warn(warnings...)
	return err
}

// Unused returns warnings of certificates for a host that no runner has, and refuses objects for one.
// The files of a folder are there to choose from. used has the hosts of runners, in lower case.
func (o Options) Unused(used map[string]bool) (warnings []trust.Finding, err error) {
	for _, from := range o.Sources {
		if from.Host != "" && !from.FromFolder && !used[strings.ToLower(from.Host)] {
			warnings = append(warnings, trust.Finding{Code: manifest.SourceUnused, Message: fmt.Sprintf(
				"no runner connects to %s, so %s is not used", from.Host, from.Bundle.Origin())})
		}
	}
	var faults []error
	for _, object := range o.Objects {
		if object.Host != "" && !used[strings.ToLower(object.Host)] {
			faults = append(faults, manifest.NewError(manifest.SourceUnused, "no runner connects to %s, which %s is given for", object.Host, object))
		}
	}
	return warnings, errors.Join(faults...)
}
