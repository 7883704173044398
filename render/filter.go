package render

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"helm-runnertrust/trust"
)

// Filter reads a stream of Kubernetes manifests and returns it with the trust
// material of every runner in it: mounted into the Deployment, and in a
// ConfigMap at the end, or in the place of the one that an earlier run put
// there. All other documents come back byte for byte; a last one without a
// line end gets it. Filtering the result again changes nothing.
//
// It is all or nothing: with an error, which is an *Error, a *trust.Error or
// several of them joined, there is no Result.
func Filter(stream []byte, options Options) (*Result, error) {
	f := &filter{options: options, documents: read(stream)}
	runners, err := f.runners()
	if err != nil {
		return nil, err
	}
	if len(runners) == 0 {
		if err := f.mayHaveNone(); err != nil {
			return nil, err
		}
		return &Result{Stream: stream}, nil
	}
	if err := f.patch(runners); err != nil {
		return nil, err
	}
	f.warnUnused(runners)
	out, err := f.write()
	if err != nil {
		return nil, err
	}
	return &Result{Stream: out, Warnings: f.warnings}, nil
}

// A filter is one run over one stream.
type filter struct {
	options   Options
	documents []*document
	appended  [][]byte // texts of new documents
	warnings  []Warning
}

// read cuts a stream into its documents, unparsed.
func read(stream []byte) []*document {
	var documents []*document
	line, budget := 0, maxNodes
	for i, text := range split(stream) {
		documents = append(documents, &document{number: i + 1, line: line, text: text, budget: &budget})
		line += bytes.Count(text, []byte("\n"))
	}
	return documents
}

// runners are the Deployments to patch, in the order of the stream.
func (f *filter) runners() ([]*runner, error) {
	mark := trust.ServerURLVariable
	if f.options.Deployment != "" {
		mark = f.options.Deployment
	}
	var runners []*runner
	for _, d := range f.documents {
		if !d.contains("Deployment", mark) {
			continue
		}
		objects, err := d.objects()
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			r, err := o.asRunner(f.options.Deployment)
			if err != nil {
				return nil, err
			}
			if r != nil {
				runners = append(runners, r)
			}
		}
	}
	return runners, nil
}

// mayHaveNone tells whether a stream without a runner is all right: when the
// caller said so, when it has no content, and when it has only hooks, which
// Helm 4 can send through a stream of their own.
func (f *filter) mayHaveNone() error {
	if f.options.AllowNoRunner {
		return nil
	}
	content, hooks := 0, 0
	for _, d := range f.documents {
		if d.isBlank() {
			continue
		}
		content++
		if d.isHook() {
			hooks++
		}
	}
	if content == hooks {
		return nil
	}
	return f.noRunner()
}

// noRunner says what was looked for.
func (f *filter) noRunner() error {
	sought := fmt.Sprintf("a container that has the variable %s", trust.ServerURLVariable)
	if f.options.Deployment != "" {
		sought = fmt.Sprintf("the name %q", f.options.Deployment)
	}
	return &Error{Code: NoRunner, Err: fmt.Errorf("no Deployment with %s (documents: %d)", sought, len(f.documents))}
}

// isBlank tells whether the document has only comments and space.
func (d *document) isBlank() bool {
	_, body, _ := cutMarkers(d.text)
	return len(body) == 0
}

// isHook tells whether all objects of the document are Helm hooks.
func (d *document) isHook() bool {
	if !d.contains("helm.sh/hook") {
		return false
	}
	objects, err := d.objects()
	if err != nil {
		return false // then it is nothing that Helm would run
	}
	for _, o := range objects {
		if !o.isHook() {
			return false
		}
	}
	return len(objects) > 0
}

// patch edits the trees, and collects the ConfigMaps. The faults of several
// runners are reported together.
func (f *filter) patch(runners []*runner) error {
	if f.options.ConfigMapName != "" && len(runners) > 1 {
		var names []string
		for _, r := range runners {
			names = append(names, r.String())
		}
		return &Error{Code: ConfigMapName, Err: fmt.Errorf("the name %q is for one ConfigMap, and the stream has %d runners: %s",
			f.options.ConfigMapName, len(runners), strings.Join(names, ", "))}
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

func (f *filter) patchRunner(r *runner, taken map[string]*runner) error {
	certs, err := f.material(r)
	if err != nil {
		return err
	}
	id := r.namespace + "/" + certs.name
	if other := taken[id]; other != nil {
		return r.refuse(ConfigMapTaken, "", "the ConfigMap %q is that of the runner in %s too", certs.name, other.doc.place())
	}
	taken[id] = r
	if err := f.mount(r, certs); err != nil {
		return err
	}
	return f.provide(r, certs)
}

// write renders the documents and joins them with the new ones.
func (f *filter) write() ([]byte, error) {
	var texts [][]byte
	for _, d := range f.documents {
		text, err := d.render()
		if err != nil {
			return nil, d.at("", err)
		}
		texts = append(texts, text)
	}
	return appendDocuments(texts, f.appended), nil
}

// appendDocuments joins a stream with new documents behind it. They go in
// front of the last text where that would reach into them: directives without
// a document of their own, and a block scalar without a line end, which ending
// the line would change.
func appendDocuments(texts, added [][]byte) []byte {
	stream, extra := bytes.Join(texts, nil), bytes.Join(added, nil)
	if len(extra) == 0 || len(texts) == 0 {
		return stream
	}
	last := texts[len(texts)-1]
	before := stream[:len(stream)-len(last)]
	if endsInDirective(last) {
		return bytes.Join([][]byte{before, extra, []byte("...\n"), last}, nil)
	}
	if stream[len(stream)-1] == '\n' {
		return append(stream, extra...)
	}
	ended := append(bytes.Clone(last), '\n')
	if tree, err := parse(last); err != nil || holds(ended, tree) {
		return append(append(stream, '\n'), extra...)
	}
	head, _, _ := cutMarkers(last)
	if !bytes.Contains(append([]byte("\n"), head...), []byte("\n---")) {
		extra = append(extra, "---\n"...)
	}
	return bytes.Join([][]byte{before, extra, last}, nil)
}

// endsInDirective tells whether a text has directives and no document.
func endsInDirective(text []byte) bool {
	found := false
	for line := range bytes.Lines(text) {
		if !isPrefix(line) { // a `---` line is none either
			return false
		}
		found = found || line[0] == '%'
	}
	return found
}
