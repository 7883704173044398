package render

import (
	"slices"
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
	hosts := f.options.Hosts()
	switch {
	case err != nil:
	case server.Plain:
		f.warn(PlainHTTP(c.Runner.String()))
	case server.Name == "" && len(hosts) == 1:
		server = gitlabrunner.ForHost(hosts[0])
	case server.Name == "" && (f.delivery.NeedsHost() || f.fromIngress()):
		why := "nothing else tells the host"
		if len(hosts) > 0 {
			why = "the sources name several: " + strings.Join(hosts, ", ")
		}
		err = c.Runner.Refuse(manifest.HostUnknown, c.Field("env "+gitlabrunner.ServerURLVariable), "its value is %w, and %s", pod.ErrUnknown, why)
	}
	return server, err
}

// PlainHTTP is the warning of a runner, "" or a Deployment, whose server is not asked for a certificate.
func PlainHTTP(runner string) trust.Finding {
	return trust.Finding{Code: manifest.PlainHTTP, Object: runner, Message: gitlabrunner.ServerURLVariable +
		" is an http:// URL, so the runner checks no certificate; its jobs get the file, and need it where they clone over https"}
}

// furtherHosts returns the hosts of the options that no setting of a runner has.
func (f *filter) furtherHosts(runners []*pod.Runner) []string {
	var used []string
	for _, r := range runners {
		for _, c := range r.Containers {
			server, _ := f.server(c) // its error is that of editRunner
			used = append(used, server.Name)
			for _, hosts := range c.Hosts() {
				used = append(used, hosts.Clone.Name, hosts.Cache.Name)
			}
		}
	}
	return f.options.FurtherHosts(used...)
}

// FurtherHosts returns the hosts of the sources and objects that are not in use. The files of a folder
// are there to choose from.
func (o Options) FurtherHosts(used ...string) []string {
	o.Sources = slices.DeleteFunc(slices.Clone(o.Sources), func(from Source) bool { return from.FromFolder })
	return slices.DeleteFunc(o.Hosts(), func(host string) bool {
		return slices.ContainsFunc(used, func(other string) bool { return sameHost(host, other) })
	})
}

// FurtherNote is the note on what is mounted for a further host.
func FurtherNote(host string, o Offer) trust.Finding {
	return trust.Finding{Code: manifest.SourceUnused, Message: "no runner connects to " + host + " by its settings: " + o.String() +
		" is mounted as " + gitlabrunner.ForHost(host).CertFile + ", for what else the runner connects to"}
}

// fillHosts puts what there is for other hosts than GitLab's into the files of a container.
func (f *filter) fillHosts(c container) error {
	for _, hosts := range c.Hosts() {
		if hosts.Clone.Name != "" && !strings.EqualFold(hosts.Clone.Name, c.server.Name) {
			if err := f.fillClone(c, hosts.Clone); err != nil {
				return err
			}
		}
		if hosts.Cache.Name != "" {
			if err := f.fillCache(c, hosts.Cache); err != nil {
				return err
			}
		}
	}
	for _, host := range f.further {
		server := gitlabrunner.ForHost(host)
		for _, o := range f.options.Offers(host) { // which are for this host, as it is one of the options'
			if err := f.fill(c, server.CertFile, server, o); err != nil {
				return err
			}
			f.note(FurtherNote(host, o))
		}
	}
	return nil
}

// fillClone puts what there is for the host of clone_url into the file for GitLab, which is the only
// one that git in jobs reads. Objects cannot be joined in one file.
func (f *filter) fillClone(c container, clone gitlabrunner.Server) error {
	offers, err := f.offers(c.Runner, clone)
	why := "there is no certificate for " + clone.Name
	if err != nil {
		why = err.Error()
	}
	if clone.Plain && err == nil && len(offers) == 0 {
		return nil // it may well stay http
	}
	for _, o := range offers {
		switch {
		case o.String() == c.chosen.String():
			return nil
		case o.Bundle != nil && c.chosen.Bundle != nil:
			return f.fill(c, c.at.File, clone, o)
		}
		why = o.String() + " cannot join it"
	}
	f.warn(trust.Finding{Code: manifest.CloneHost, Object: c.Runner.String(), Host: clone.Address, Message: "git in its jobs clones from " +
		clone.Name + " (clone_url), and reads the file for its " + gitlabrunner.ServerURLVariable + " only: " + why})
	return nil
}

// fillCache puts what there is for the host of the cache into the file for GitLab, or into one beside it if that is of an
// object, or mounts an object in the job pods. The client of the cache reads no file of the runner.
func (f *filter) fillCache(c container, cache gitlabrunner.Server) error {
	note := func(what string) {
		f.note(trust.Finding{Code: manifest.CacheHost, Object: c.Runner.String(), Host: cache.Address,
			Message: "the cache of its jobs at " + cache.Name + " " + what})
	}
	offers, err := f.offers(c.Runner, cache)
	if err != nil { // its Ingress names no Secret, for instance: no reason to refuse the runner
		note("has a certificate that is not known: " + err.Error())
	}
	for _, o := range offers {
		var err error
		switch {
		case !o.ForHost && o.By == "":
			continue
		case o.String() == c.chosen.String():
		case o.Bundle != nil:
			file := c.at.File
			if c.chosen.Bundle == nil {
				file = cache.CertFile
			}
			err = f.fill(c, file, cache, o)
		case f.options.Jobs:
			o.Object = f.filled(c, o.Object)
			c.files.jobs = append(c.files.jobs, o.Object)
			err = f.check(c, o.Object, cache)
		}
		if err != nil {
			return err
		}
		if !f.options.Jobs {
			note("has its certificate from " + o.String() + ", which jobs do not trust without --jobs")
		}
	}
	return nil
}
