package render

import (
	"slices"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/delivery"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// furtherHosts returns the hosts of the options that no setting of a runner has. The files of a folder
// are there to choose from.
func (f *filter) furtherHosts(runners []*pod.Runner) []string {
	var used []string
	for _, r := range runners {
		for _, c := range r.Containers {
			server, _ := f.server(c) // its error is that of editRunner
			hosts := c.Hosts()
			used = append(used, server.Name, hosts.Clone.Name, hosts.Cache.Name)
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

// FurtherServer returns the server of a further host, whose file has its name.
func FurtherServer(host string) (gitlabrunner.Server, error) {
	server := gitlabrunner.ForHost(host)
	switch {
	case strings.HasPrefix(host, "."):
		return server, manifest.NewError(manifest.BadURL, "%q begins with a dot, so it has no host", host)
	case len(server.CertFile) > MaxFileName:
		return server, manifest.NewError(manifest.HostTooLong, "the host %q is too long for the name of the runner's file", host)
	}
	return server, nil
}

// FurtherNote is the note on what is mounted for a further host: a file, or an object with its key.
func FurtherNote(host, name string) trust.Finding {
	return trust.Finding{Code: manifest.SourceUnused, Message: "no runner connects to " + host + " by its settings: " + name +
		" is mounted as " + gitlabrunner.ForHost(host).CertFile + ", for what else the runner connects to"}
}

// fillHosts puts what there is for other hosts than GitLab's into the files of a container. chosen is
// what its file for GitLab comes from.
func (f *filter) fillHosts(sources []source, c *pod.Container, server gitlabrunner.Server, at delivery.Location, chosen offer) error {
	hosts := c.Hosts()
	if clone := hosts.Clone; clone.Name != "" && !strings.EqualFold(clone.Name, server.Name) {
		if err := f.fillClone(sources, c, clone, at.File, chosen); err != nil {
			return err
		}
	}
	if hosts.Cache.Name != "" {
		if err := f.fillCache(sources, c, hosts.Cache, at.File, chosen); err != nil {
			return err
		}
	}
	for _, host := range f.further {
		if err := f.fillFurther(sources, host); err != nil {
			return err
		}
	}
	return nil
}

// fillFurther puts what there is for a further host into a file of its name.
func (f *filter) fillFurther(sources []source, host string) error {
	server, err := FurtherServer(host)
	if err != nil {
		return err
	}
	offers, _, err := offersOf(sources, server)
	if err != nil {
		return err
	}
	for _, o := range offers {
		if err := o.fill(server.CertFile); err != nil {
			return err
		}
		f.report.note(FurtherNote(host, o.name))
	}
	return nil
}

// fillClone puts what there is for the host of clone_url into the file for GitLab, which is the only
// one that git in jobs reads. Objects cannot be joined in one file.
func (f *filter) fillClone(sources []source, c *pod.Container, clone gitlabrunner.Server, file string, chosen offer) error {
	offers, general, err := offersOf(sources, clone)
	if len(offers) == 0 {
		offers = general
	}
	why := "nothing is given for it"
	if err != nil {
		why = err.Error()
	}
	for _, o := range offers {
		switch {
		case o.name == chosen.name:
			return nil
		case o.mountInJobs == nil:
			return o.fill(file)
		}
		why = o.name + " cannot join it"
	}
	f.report.warn(trust.Finding{Code: manifest.CloneHost, Object: c.Runner.String(), Host: clone.Address, Message: "git in its jobs clones from " +
		clone.Name + " (clone_url), and reads the file for its " + gitlabrunner.ServerURLVariable + " only: " + why})
	return nil
}

// fillCache puts what there is for the host of the cache into the file for GitLab, or mounts an object
// in the job pods. The client of the cache reads no file of the runner.
func (f *filter) fillCache(sources []source, c *pod.Container, cache gitlabrunner.Server, file string, chosen offer) error {
	offers, general, err := offersOf(sources, cache)
	if err != nil { // its Ingress names no Secret, for instance: no reason to refuse the runner
		f.noteCache(c, cache, "has a certificate that is not known: "+err.Error())
	}
	for _, o := range general {
		if o.byIngress {
			offers = append(offers, o)
		}
	}
	for _, o := range offers {
		var err error
		switch {
		case o.name == chosen.name:
		case o.mountInJobs == nil:
			err = o.fill(file)
		case f.options.Jobs:
			err = o.mountInJobs()
		}
		if err != nil {
			return err
		}
		if !f.options.Jobs {
			f.noteCache(c, cache, "has its certificate from "+o.name+", which jobs do not trust without --jobs")
		}
	}
	return nil
}

func (f *filter) noteCache(c *pod.Container, cache gitlabrunner.Server, what string) {
	f.report.note(trust.Finding{Code: manifest.CacheHost, Object: c.Runner.String(), Host: cache.Address,
		Message: "the cache of its jobs at " + cache.Name + " " + what})
}
