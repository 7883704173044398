package render

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"helm-runnertrust/render/added"
	"helm-runnertrust/render/delivery"
	"helm-runnertrust/render/ingress"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// Error is the refusal of a stream, with the place in it.
type Error = manifest.Error

// Filter reads a stream of Kubernetes manifests and returns it with the certificate file of every
// runner in it: mounted into the Deployment, from an object of the namespace or from a ConfigMap at
// the end. What an earlier run added is taken out before. All other documents come back byte for
// byte; a last one without a line end gets it when something follows. Filtering the result again
// changes nothing.
//
// It is all or nothing: with an error, which is an *Error, a *trust.Error or several of them
// joined, there is no Result.
func Filter(stream []byte, options Options) (*Result, error) {
	return FilterStream(yamledit.Split(stream), options)
}

// FilterStream is [Filter] for a stream that was read in pieces, by [yamledit.Read]. It edits the
// stream, of which nobody else may have read a tree.
func FilterStream(stream *yamledit.Stream, options Options) (*Result, error) {
	way, err := delivery.New(options.Via, options.CertsDir)
	if err != nil {
		return nil, err
	}
	manifests := manifest.Read(stream)
	found, err := pod.Find(manifests, options.Deployment)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 && !options.AllowNoRunner && !manifests.AreHooks() {
		return nil, pod.NotFound(manifests, options.Deployment)
	}
	if err := options.check(found); err != nil {
		return nil, err
	}
	f := &filter{options: options, run: added.NewRun(manifests), delivery: way, terminations: ingress.Of(manifests), report: newReport(),
		jobs: map[*manifest.Object]jobTemplate{}}
	runners, err := f.read(found)
	if err != nil {
		return nil, err
	}
	f.further = f.furtherHosts(runners)
	if err := f.edit(runners); err != nil {
		return nil, err
	}
	if err := manifests.Finish(); err != nil {
		return nil, err
	}
	texts, err := stream.Texts()
	if broken, ok := errors.AsType[*yamledit.DocumentError](err); ok {
		return nil, manifest.WithPlace(broken.Document, broken.Err)
	}
	return &Result{texts: texts, Warnings: f.report.warnings, Notes: f.report.notes}, err
}

// A filter is one run over one stream.
type filter struct {
	options      Options
	run          *added.Run
	delivery     delivery.Delivery
	terminations *ingress.Terminations
	report       *report
	further      []string // hosts of the options that no setting of a runner has
	jobs         map[*manifest.Object]jobTemplate
}

// read takes out what an earlier run added to the Deployments, and reads what they are without it.
func (f *filter) read(found []*manifest.Object) (runners []*pod.Runner, err error) {
	var faults []error
	for _, o := range found {
		faults = append(faults, f.run.Revert(o))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	for _, o := range found {
		r, err := pod.Read(f.run.Stream, o)
		if err != nil {
			return nil, err
		}
		runners = append(runners, r)
	}
	return runners, nil
}

// edit edits the runners. The faults of several are reported together.
func (f *filter) edit(runners []*pod.Runner) error {
	taken := map[string]*pod.Runner{}
	var faults []error
	reported := map[string]bool{} // several runners can have one bad certificate
	for _, r := range runners {
		if err := f.editRunner(r, taken); err != nil && !reported[err.Error()] {
			reported[err.Error()] = true
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// check refuses options that do not fit the runners.
func (o Options) check(runners []*manifest.Object) error {
	if err := pod.CheckCertsDir(o.CertsDir); err != nil {
		return err
	}
	for _, object := range o.Objects {
		if err := object.Check(); err != nil {
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
	return manifest.NewError(manifest.ConfigMapName, "the name %q is for one ConfigMap, and the stream has %d runners: %s",
		o.ConfigMapName, len(runners), strings.Join(names, ", "))
}

// editRunner edits one runner: what its files are to hold, where they are mounted, what leads it to
// them, and what rolls its pods. taken are the ConfigMaps of the runners before.
func (f *filter) editRunner(r *pod.Runner, taken map[string]*pod.Runner) error {
	if r.Name == "" {
		return r.Refuse(manifest.BadDocument, "metadata.name", "it is missing")
	}
	for _, found := range r.Switches() {
		f.report.warn(trust.Finding{Code: manifest.CheckOff, Object: r.String(), Message: found + " turns off the check of certificates: no file makes that safe"})
	}
	sources, err := f.sourcesOf(r)
	if err != nil {
		return err
	}
	var dirs []string
	var locations []delivery.Location
	for _, c := range r.Containers {
		at, err := f.fill(sources, c)
		if err != nil {
			return err
		}
		dirs, locations = append(dirs, at.Dir), append(locations, at)
	}
	if err := f.options.take(r, taken); err != nil {
		return err
	}
	projections, err := projectionsOf(r, sources)
	if err != nil {
		return err
	}
	d := f.run.Deployment(r)
	warnings, err := d.Mount(projections, dirs)
	if err != nil {
		return err
	}
	f.report.warn(warnings...)
	for i, c := range r.Containers {
		if err := f.delivery.Apply(d, c, locations[i]); err != nil {
			return err
		}
		if len(f.further) > 0 {
			if err := d.AddCertDir(c, dirs[i]); err != nil {
				return err
			}
		}
	}
	return f.finish(d, sources)
}

// fill puts the file of a container into the source that it comes from, and returns where the
// container reads it.
func (f *filter) fill(sources []source, c *pod.Container) (delivery.Location, error) {
	server, err := f.server(c)
	if err != nil {
		return delivery.Location{}, err
	}
	at, err := f.delivery.Locate(c, server)
	if err != nil {
		return delivery.Location{}, err
	}
	if via := f.options.Via; via == "" || via == pod.WayCertsDir {
		if uncertain := c.UncertainDir(f.options.CertsDir); uncertain != nil {
			f.report.warn(*uncertain)
		}
	}
	chosen, err := f.choose(c, sources, server)
	if err != nil {
		return delivery.Location{}, err
	}
	if err := chosen.fill(at.File); err != nil {
		return delivery.Location{}, err
	}
	return at, f.fillHosts(sources, c, server, at, chosen)
}

// take notes the name of a runner's ConfigMap.
func (o Options) take(r *pod.Runner, taken map[string]*pod.Runner) error {
	name := o.configMapName(r.Object)
	id := r.Namespace + "/" + name
	if other := taken[id]; other != nil && other.Name == r.Name {
		return r.Refuse(manifest.RunnerTwice, "", "the Deployment is there twice: in %s too", other.Label())
	} else if other != nil {
		return r.Refuse(manifest.ConfigMapTaken, "", "the ConfigMap %q is that of the runner in %s too", name, other.Label())
	}
	taken[id] = r
	return nil
}

// finish edits what is not in the runner's containers: its template, the pods' annotation, the
// objects of its sources. Then it notes what was added.
func (f *filter) finish(d *added.Deployment, sources []source) error {
	if f.options.Jobs {
		if err := f.addJobs(d, sources); err != nil {
			return err
		}
	}
	if !f.options.NoRollout {
		if err := f.annotate(d, sources); err != nil {
			return err
		}
	}
	for _, from := range sources {
		if err := from.addTo(d); err != nil {
			return err
		}
	}
	return d.Note()
}

// annotate writes a checksum into the pods' annotations, of what they have to roll with: the
// certificates, and an edited template, as the chart's own checksum was made before the edit.
func (f *filter) annotate(d *added.Deployment, sources []source) error {
	var parts []string
	for _, from := range sources {
		if sum := from.checksum(); sum != "" {
			parts = append(parts, sum)
		}
	}
	if f.options.Jobs || f.options.Via == pod.WayConfig {
		t, err := d.ConfigTemplate()
		if err != nil {
			return err
		}
		parts = append(parts, sha256Of(t.Text()))
	}
	switch len(parts) {
	case 0:
		return nil
	case 1:
		return d.Annotate(parts[0])
	}
	return d.Annotate(sha256Of(strings.Join(parts, "\x00")))
}

// sha256Of returns the SHA-256 of a text, in hex.
func sha256Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
