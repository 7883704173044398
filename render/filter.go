package render

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/yamledit"
)

// Filter reads a stream of Kubernetes manifests and returns it with the certificate file of every
// runner in it: mounted into the Deployment, from an object of the namespace or from a ConfigMap at
// the end, or in the place of the one that an earlier run put there. All other documents come back
// byte for byte; a last one without a line end gets it when something follows. Filtering the result
// again changes nothing.
//
// It is all or nothing: with an error, which is an *Error, a *trust.Error or several of them
// joined, there is no Result.
func Filter(stream []byte, options Options) (*Result, error) {
	return FilterStream(yamledit.Split(stream), options)
}

// FilterStream is [Filter] for a stream that was read in pieces, by [yamledit.Read]. It edits the
// stream, of which nobody else may have read a tree.
func FilterStream(stream *yamledit.Stream, options Options) (*Result, error) {
	f := &filter{options: options, manifests: readManifests(stream), told: map[Finding]bool{}}
	var err error
	if f.way, f.otherWays, err = options.way(); err != nil {
		return nil, err
	}
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
	if err := f.refuseUnused(runners); err != nil {
		return nil, err
	}
	texts, err := stream.Texts()
	if broken := (*yamledit.DocumentError)(nil); errors.As(err, &broken) {
		return nil, placed(broken.Document, "", broken.Err)
	}
	return &Result{texts: texts, Warnings: f.warnings, Notes: f.notes}, err
}

// A filter is one run over one stream.
type filter struct {
	options   Options
	manifests *manifests
	way       way
	otherWays []way
	warnings  []Warning
	notes     []Finding
	told      map[Finding]bool
}

// noRunner says what was looked for.
func (m *manifests) noRunner(name string) error {
	wanted := fmt.Sprintf("a container that has the variable %s", gitlabrunner.ServerURLVariable)
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
	if err := errors.Join(faults...); err != nil {
		return err
	}
	for _, r := range runners { // when none of them shows any more what another has had
		if err := f.removeUnused(r); err != nil {
			return err
		}
	}
	return nil
}

// check refuses options that do not fit the runners.
func (o Options) check(runners []*runner) error {
	if err := checkCertsDir(o.CertsDir); err != nil {
		return err
	}
	for _, object := range o.Objects {
		if err := object.check(); err != nil {
			return err
		}
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
	sources, err := f.sourcesOf(r)
	if err != nil {
		return err
	}
	for _, c := range r.containers {
		for _, other := range f.otherWays {
			if err := other.untell(f.manifests, c); err != nil {
				return err
			}
		}
	}
	places := make([]location, len(r.containers))
	for i, c := range r.containers {
		if places[i], err = f.fill(sources, c); err != nil {
			return err
		}
	}
	if err := f.take(r, taken); err != nil {
		return err
	}
	content, err := f.content(r, sources)
	if err != nil {
		return err
	}
	own, err := f.earlierConfigMap(r)
	if err != nil {
		return err
	}
	r.earlier = append(r.configMaps(), own)
	leftover{f.manifests, r, places, content, own}.remove()
	for i, c := range r.containers {
		if err := c.mountAt(places[i].dir, content, own, f.warn); err != nil {
			return err
		}
		if err := f.way.tell(f.manifests, c, places[i]); err != nil {
			return err
		}
	}
	return f.finish(r, sources, content)
}

// content is what a runner's volume has to show. A file that two sources fill is refused: the
// containers of a pod share it.
func (f *filter) content(r *runner, sources []source) ([]projection, error) {
	var content []projection
	for _, from := range sources {
		for _, p := range from.projections() {
			for _, i := range p.items {
				if hasPath(content, i.path) {
					return nil, r.refuse(TwoSources, "", "its containers read one file %s, which is to come from several sources", i.path)
				}
			}
			content = append(content, p)
		}
	}
	return content, nil
}

// earlierConfigMap is the name of the ConfigMap that an earlier run may have made for a runner; ""
// where one of that name is in the stream, and is somebody else's.
func (f *filter) earlierConfigMap(r *runner) (string, error) {
	name := f.options.configMapName(r)
	o, err := f.manifests.find("ConfigMap", name, r.namespace)
	if err != nil || o != nil && o.namespace == r.namespace && !o.isOurs() {
		return "", err
	}
	return name, nil
}

// take notes the ConfigMap of a runner as its own.
func (f *filter) take(r *runner, taken map[string]*runner) error {
	name := f.options.configMapName(r)
	id := r.namespace + "/" + name
	if other := taken[id]; other != nil && other.name == r.name {
		return r.refuse(RunnerTwice, "", "the Deployment is there twice: in %s too", placeOf(other.doc))
	} else if other != nil {
		return r.refuse(ConfigMapTaken, "", "the ConfigMap %q is that of the runner in %s too", name, placeOf(other.doc))
	}
	taken[id] = r
	return nil
}

// finish edits what is not in the runner's containers: its template, the annotation, the objects of
// its sources.
func (f *filter) finish(r *runner, sources []source, content []projection) error {
	if err := r.refuseStale(content); err != nil {
		return err
	}
	var checksums []string
	for _, from := range sources {
		checksums = append(checksums, from.checksum())
	}
	if f.options.Jobs {
		if err := f.manifests.addJobs(r); err != nil {
			return err
		}
	}
	if f.options.Jobs || f.options.Via == WayConfig {
		t, err := f.manifests.templateOf(r)
		if err != nil {
			return err
		}
		checksums = append(checksums, sha256Of(t.text())) // the chart's own checksum knows of no edit
	}
	if f.options.NoRollout {
		checksums = nil
	}
	if err := r.annotate(checksumOf(checksums...)); err != nil {
		return err
	}
	for _, from := range sources {
		if err := from.addTo(f.manifests); err != nil {
			return err
		}
	}
	return nil
}

// removeUnused takes those ConfigMaps of earlier runs out of the stream that the runner does not
// show any more.
func (f *filter) removeUnused(r *runner) error {
	used := r.configMaps()
	for _, name := range r.earlier {
		if name == "" || slices.Contains(used, name) {
			continue
		}
		if err := f.manifests.removeOwn(name, r.namespace); err != nil {
			return err
		}
	}
	return nil
}

// fill puts the file of a container into the source that it comes from, and returns where the
// container reads it.
func (f *filter) fill(sources []source, c *container) (location, error) {
	server, err := f.server(c)
	if err != nil {
		return location{}, err
	}
	at, err := f.way.locate(f.manifests, c, server)
	if err != nil {
		return location{}, err
	}
	chosen, err := f.choose(c, sources, server)
	if err != nil {
		return location{}, err
	}
	return at, chosen.fill(at.file)
}
