package render

import (
	"bytes"
	"errors"

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

// FilterStream is [Filter] for a stream that was cut into its documents. It edits the stream, of which
// nobody else may have read a tree.
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
	if err := errors.Join(options.CheckNames(), options.checkRunners(found)); err != nil {
		return nil, err
	}
	f := &filter{Result: &Result{}, options: options, run: added.NewRun(manifests), delivery: way, terminations: ingress.Of(manifests),
		jobs: map[*manifest.Object]jobTemplate{}}
	if err := f.edit(found); err != nil {
		return nil, err
	}
	if err := manifests.Finish(); err != nil {
		return nil, err
	}
	var faulty *yamledit.Document
	if f.Texts, faulty, err = stream.Texts(); err != nil {
		return nil, manifest.WithPlace(faulty, err)
	}
	f.noteRewritten()
	f.Warnings, f.Notes = distinct(f.Warnings), distinct(f.Notes)
	return f.Result, nil
}

// noteRewritten notes the documents that were serialized as a whole.
func (f *filter) noteRewritten() {
	for _, doc := range f.run.Stream.Documents {
		if !doc.Rewritten {
			continue
		}
		objects, _ := f.run.Stream.Objects(doc) // it was read for the edit
		f.note(trust.Finding{Code: manifest.Rewritten, Object: objects[0].String(),
			Message: objects[0].Label() + ", " + objects[0].String() + ": it is written anew as a whole, since lines cannot be added to its text (JSON, flow style, an alias)"})
	}
}

// edit takes out what an earlier run added to the Deployments, and edits what they are without it. The
// faults of several are reported together, each once: several can have one bad certificate.
func (f *filter) edit(found []*manifest.Object) error {
	var faults []error
	for _, o := range found {
		faults = append(faults, f.run.Revert(o))
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	var runners []*pod.Runner
	for _, o := range found {
		r, err := pod.Read(f.run.Stream, o)
		if err != nil {
			return err
		}
		runners = append(runners, r)
	}
	f.further = f.furtherHosts(runners)
	reported := map[string]bool{}
	for _, r := range runners {
		if err := f.editRunner(r); err != nil && !reported[err.Error()] {
			reported[err.Error()] = true
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// checkRunners refuses options that do not fit the runners.
func (o Options) checkRunners(runners []*manifest.Object) error {
	byID := map[string]*manifest.Object{}
	for _, r := range runners {
		id := r.Namespace + "/" + r.Name
		switch {
		case r.Name == "":
			return r.Refuse(manifest.BadDocument, "metadata.name", "it is missing")
		case byID[id] != nil:
			return r.Refuse(manifest.RunnerTwice, "", "the Deployment is there twice: in %s too", byID[id].Label())
		}
		byID[id] = r
	}
	if o.ConfigMapName == "" || len(runners) < 2 {
		return nil
	}
	return manifest.NewError(manifest.ConfigMapName, "the name %q is for one ConfigMap, and the stream has %d runners", o.ConfigMapName, len(runners))
}

// editRunner edits one runner: what its files are to hold, where they are mounted, what leads it to
// them, and what rolls its pods.
func (f *filter) editRunner(r *pod.Runner) error {
	if fault := r.TemplateFault(); fault != nil {
		f.warn(trust.Finding{Code: fault.Finding.Code, Object: r.String(), Message: fault.Finding.Message})
	}
	files := NewFiles(f.options, f.configMapName(r), func(code trust.Code, format string, args ...any) error {
		return r.Refuse(code, "", format, args...)
	})
	var containers []container
	var dirs []string
	for _, c := range r.Containers {
		f.warn(c.Switches()...)
		read, err := f.read(c, files)
		if err != nil {
			return err
		}
		containers, dirs = append(containers, read), append(dirs, read.at.Dir)
	}
	d := &added.Deployment{Runner: r, Run: f.run}
	warnings, err := d.Mount(files.Projections(), dirs)
	if err != nil {
		return err
	}
	f.warn(warnings...)
	for _, c := range containers {
		if err := f.delivery.Apply(d, c.Container, c.at); err != nil {
			return err
		}
		if len(f.further) > 0 {
			if err := d.AddCertDir(c.Container, c.at.Dir); err != nil {
				return err
			}
		}
	}
	return f.finish(d, files)
}

// read says what a container is to read, and puts that into the files.
func (f *filter) read(of *pod.Container, files *Files) (c container, err error) {
	c = container{Container: of, files: files}
	if c.server, err = f.server(of); err != nil {
		return c, err
	}
	if c.at, err = f.delivery.Locate(of, c.server); err != nil {
		return c, err
	}
	if c.at.Uncertain != nil {
		f.warn(*c.at.Uncertain)
	}
	if c.chosen, err = f.choose(c); err != nil {
		return c, err
	}
	if err := f.fill(c, c.at.File, c.server, c.chosen); err != nil {
		return c, err
	}
	return c, f.fillHosts(c)
}

// finish edits what is not in the runner's containers: its template, the pods' annotation, the
// ConfigMap. Then it notes what was added.
func (f *filter) finish(d *added.Deployment, files *Files) error {
	if f.options.Jobs {
		if err := f.addJobs(d, files); err != nil {
			return err
		}
	}
	if !f.options.NoRollout {
		if err := f.annotate(d, files); err != nil {
			return err
		}
	}
	if files.HasCertificates() {
		if err := addConfigMap(d, files); err != nil {
			return err
		}
	}
	d.Note()
	return nil
}

// annotate writes a checksum into the pods' annotations, of what they have to roll with: the
// certificates, and an edited template, as the chart's own checksum was made before the edit.
func (f *filter) annotate(d *added.Deployment, files *Files) error {
	sum := files.Checksum()
	if f.options.Jobs || f.options.Via == pod.WayConfig {
		t, err := d.ConfigTemplate()
		if err != nil {
			return err
		}
		template := sha256Of(t.Text())
		if sum != "" {
			template = sha256Of(sum + "\x00" + template)
		}
		sum = template
	}
	if sum == "" {
		return nil
	}
	return d.Annotate(sum)
}

// A Result is a filtered stream. Each of its findings is there once.
type Result struct {
	Warnings []trust.Finding
	Notes    []trust.Finding // what the stream itself decided, and is no warning

	// Texts are the filtered stream, document by document. They share the memory of what was read.
	Texts [][]byte
}

// Bytes returns the filtered stream in one piece.
func (r *Result) Bytes() []byte { return bytes.Join(r.Texts, nil) }

func (r *Result) warn(findings ...trust.Finding) { r.Warnings = append(r.Warnings, findings...) }

func (r *Result) note(finding trust.Finding) { r.Notes = append(r.Notes, finding) }
