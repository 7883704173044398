package render

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// Filter reads a stream of Kubernetes manifests and returns it with the certificates of every
// runner in it: mounted into the Deployment, and in a ConfigMap at the end, or in the place of the
// one that an earlier run put there. All other documents come back byte for byte; a last one
// without a line end gets it. Filtering the result again changes nothing.
//
// It is all or nothing: with an error, which is an *Error, a *trust.Error or several of them
// joined, there is no Result.
func Filter(stream []byte, options Options) (*Result, error) {
	return FilterStream(yamledit.Split(stream), options)
}

// FilterStream is [Filter] for a stream that was read in pieces, by [yamledit.Read]. It edits the
// stream, of which nobody else may have read a tree.
func FilterStream(stream *yamledit.Stream, options Options) (*Result, error) {
	f := &filter{options: options, manifests: readManifests(stream), warned: map[Warning]bool{}}
	runners, err := f.manifests.runners(options.Deployment)
	if err != nil {
		return nil, err
	}
	if len(runners) == 0 && !options.AllowNoRunner && !f.manifests.areHooks() {
		return nil, f.manifests.noRunner(options.Deployment)
	}
	if err := f.patch(runners); err != nil {
		return nil, err
	}
	f.warnUnused(runners)
	texts, err := stream.Texts()
	if broken := (*yamledit.DocumentError)(nil); errors.As(err, &broken) {
		return nil, placed(broken.Document, "", broken.Err)
	}
	return &Result{texts: texts, Warnings: f.warnings}, err
}

// A filter is one run over one stream.
type filter struct {
	options   Options
	manifests *manifests
	warnings  []Warning
	warned    map[Warning]bool
}

// noRunner says what was looked for.
func (m *manifests) noRunner(name string) error {
	wanted := fmt.Sprintf("a container that has the variable %s", trust.ServerURLVariable)
	if name != "" {
		wanted = fmt.Sprintf("the name %q", name)
	}
	return &Error{Code: NoRunner, Err: fmt.Errorf("no Deployment with %s (documents: %d)", wanted, len(m.Documents))}
}

// patch edits the runners. The faults of several are reported together.
func (f *filter) patch(runners []*runner) error {
	if err := f.options.check(runners); err != nil {
		return err
	}
	taken := map[string]*runner{}
	var faults []error
	reported := map[string]bool{} // several runners can have one bad certificate
	for _, r := range runners {
		if err := f.patchRunner(r, taken); err != nil && !reported[err.Error()] {
			reported[err.Error()] = true
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// check refuses options that do not fit the runners.
func (o Options) check(runners []*runner) error {
	if err := checkCertsDir(o.CertsDir); err != nil {
		return err
	}
	if o.ConfigMapName == "" || len(runners) < 2 {
		return nil
	}
	var names []string
	for _, r := range runners {
		names = append(names, r.String())
	}
	return &Error{Code: ConfigMapName, Err: fmt.Errorf("the name %q is for one ConfigMap, and the stream has %d runners: %s",
		o.ConfigMapName, len(runners), strings.Join(names, ", "))}
}

// checkCertsDir refuses a directory that nothing can be mounted at; "" is none. The API server
// takes no colon (ValidateVolumeMounts in pkg/apis/core/validation of Kubernetes).
func checkCertsDir(dir string) error {
	refuse := func(why string) error {
		return &Error{Code: DirUnknown, Err: fmt.Errorf("the certs directory %q %s", dir, why)}
	}
	switch {
	case dir == "":
		return nil
	case !path.IsAbs(path.Clean(dir)):
		return refuse("is not an absolute path")
	case path.Clean(dir) == "/":
		return refuse("would hide the whole image")
	case strings.Contains(dir, ":"):
		return refuse("has a colon, which a mount cannot have")
	}
	return nil
}

// patchRunner edits one runner: what its files are to hold, where they are mounted, what rolls its
// pods. taken are the ConfigMaps of the runners before.
func (f *filter) patchRunner(r *runner, taken map[string]*runner) error {
	if r.name == "" {
		return r.refuse(BadDocument, "metadata.name", "it is missing")
	}
	from, err := newGiven(r, f.options)
	if err != nil {
		return err
	}
	dirs := make([]string, len(r.containers))
	for i, c := range r.containers {
		if dirs[i], err = f.fill(from, c); err != nil {
			return err
		}
	}
	id := r.namespace + "/" + from.name
	if other := taken[id]; other != nil && other.name == r.name {
		return r.refuse(RunnerTwice, "", "the Deployment is there twice: in %s too", placeOf(other.doc))
	} else if other != nil {
		return r.refuse(ConfigMapTaken, "", "the ConfigMap %q is that of the runner in %s too", from.name, placeOf(other.doc))
	}
	taken[id] = r
	for i, c := range r.containers {
		if err := c.mountAt(dirs[i], from.projection(), f.warn); err != nil {
			return err
		}
	}
	if err := r.annotate(from.checksum()); err != nil {
		return err
	}
	return from.provide(f.manifests)
}

// fill puts the file of a container into a source, and returns the directory that it is read from.
func (f *filter) fill(from source, c *container) (dir string, err error) {
	server, err := f.server(c)
	if err != nil {
		return "", err
	}
	at, err := certsDirWay{f.options.CertsDir}.locate(f.manifests, c, server)
	if err != nil {
		return "", err
	}
	return at.dir, from.fill(server, at.file, f.warn)
}

// server is the one of a container's CI_SERVER_URL, else that of the only host that certificates
// are given for.
func (f *filter) server(c *container) (trust.Server, error) {
	server, err := c.server()
	if err != nil {
		return trust.Server{}, err
	}
	if server.Name == "" {
		host, err := f.options.onlyHost()
		if err != nil {
			return trust.Server{}, c.runner.refuse(HostUnknown, c.field("env "+trust.ServerURLVariable), "its value is %w, and %w", errUnknown, err)
		}
		return trust.ServerForHost(host), nil
	}
	if server.Plain {
		f.warn(Warning{Code: PlainHTTP, Object: c.runner.String(), Message: trust.ServerURLVariable +
			" is an http:// URL, so the runner checks no certificate"})
	}
	return server, nil
}

// warn adds a warning, once.
func (f *filter) warn(w Warning) {
	if !f.warned[w] {
		f.warned[w] = true
		f.warnings = append(f.warnings, w)
	}
}

// warnUnused tells of certificates for a host that no runner has. The files of a folder are there
// to choose from.
func (f *filter) warnUnused(runners []*runner) {
	if len(runners) == 0 {
		return
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
}
