package cli

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render"
	"helm-runnertrust/render/yamledit"
)

// A KRM function gets a ResourceList instead of a stream: its items are filtered, or verified, by
// the options of its functionConfig, and what is to be told comes back as results
// (https://github.com/kubernetes-sigs/kustomize, functions-spec.md). kustomize runs the program
// without arguments.

// isResourceList reports whether a stream is what a KRM function gets.
func isResourceList(stream *yamledit.Stream) bool {
	if len(stream.Documents) == 0 || !stream.Documents[0].Contains(kio.ResourceListKind, "config.kubernetes.io/") {
		return false
	}
	root, err := stream.Documents[0].Root()
	if err != nil {
		return false
	}
	meta, err := root.GetMeta()
	return err == nil && meta.Kind == kio.ResourceListKind
}

// resourceList is what one run of the function is about.
type resourceList struct {
	rw      kio.ByteReadWriter
	out     bytes.Buffer
	items   []*yaml.RNode
	results []functionResult
}

// function runs as a KRM function. With an error, the items come back as they were, with results
// that say why, and the exit code is 1.
func (p *program) function(stream *yamledit.Stream) error {
	text, err := stream.Bytes()
	if err != nil {
		return err
	}
	l := &resourceList{}
	l.rw = kio.ByteReadWriter{Reader: bytes.NewReader(text), Writer: &l.out, OmitReaderAnnotations: true, KeepReaderAnnotations: true}
	if l.items, err = l.read(); err != nil {
		return err
	}
	config, err := readFunctionConfig(l.rw.FunctionConfig)
	if err == nil {
		err = p.runFunction(l, config)
	}
	for _, one := range unjoin(err) {
		if own := (*hinted)(nil); !errors.As(one, &own) || !own.told {
			l.tell("error", one, p.hint(one))
		}
	}
	if written := l.write(); written != nil {
		return errors.Join(err, written)
	}
	return errors.Join(err, p.write(l.out.Bytes()))
}

func (p *program) runFunction(l *resourceList, config functionConfig) error {
	if config.Kind == verifyKind {
		return p.verifyItems(l, config.Spec)
	}
	return p.filterItems(l, config.Spec)
}

// read takes the list apart.
func (l *resourceList) read() ([]*yaml.RNode, error) {
	items, err := l.rw.Read()
	if err != nil {
		return nil, &hinted{what: "cannot read the ResourceList", err: err}
	}
	for i, item := range items {
		if item.YNode().Kind != yaml.MappingNode {
			return nil, &hinted{what: fmt.Sprintf("item %d of the ResourceList is not an object", i+1)}
		}
	}
	return items, nil
}

// stream is the items as a stream of documents, in their order.
func (l *resourceList) stream() (*yamledit.Stream, error) {
	var text bytes.Buffer
	for _, item := range l.items {
		written, err := item.String()
		if err != nil {
			return nil, err
		}
		text.WriteString("---\n" + written)
	}
	return yamledit.Split(text.Bytes()), nil
}

// filterItems is the filter. Items without an edit stay the nodes that they are.
func (p *program) filterItems(l *resourceList, spec functionSpec) error {
	options, err := p.functionOptions(spec)
	if err != nil {
		return err
	}
	stream, err := l.stream()
	if err != nil {
		return err
	}
	result, err := render.FilterStream(stream, options)
	if err != nil {
		return err
	}
	for _, warning := range result.Warnings {
		l.told("warning", warning, topic{}.of(warning))
	}
	for _, note := range result.Notes {
		l.told("info", note, "")
	}
	return l.take(stream, yamledit.Split(result.Bytes()))
}

// take puts the filtered documents in the place of the items.
func (l *resourceList) take(before, after *yamledit.Stream) error {
	var items []*yaml.RNode
	next := 0
	for i, doc := range before.Documents {
		text, err := doc.Bytes()
		if err != nil {
			return err
		}
		if len(text) == 0 {
			continue // removed
		}
		if bytes.Equal(text, doc.Text()) {
			items = append(items, l.items[i])
		} else if items, err = appendItem(items, text); err != nil {
			return err
		}
		next++
	}
	for _, doc := range after.Documents[next:] {
		var err error
		if items, err = appendItem(items, doc.Text()); err != nil {
			return err
		}
	}
	l.items = items
	return nil
}

func appendItem(items []*yaml.RNode, text []byte) ([]*yaml.RNode, error) {
	item, err := yaml.Parse(string(text))
	return append(items, item), err
}

// verifyItems is verify: it changes nothing.
func (p *program) verifyItems(l *resourceList, spec functionSpec) error {
	stream, err := l.stream()
	if err != nil {
		return err
	}
	text, err := stream.Bytes()
	if err != nil {
		return err
	}
	audited, err := render.Audit(text, render.AuditOptions{
		Now:           p.Now,
		ExpiresWithin: time.Duration(spec.ExpiresWithin),
		Deployment:    spec.Deployment,
		CertsDir:      spec.CertsDir,
	})
	if err != nil {
		return err
	}
	return l.judge(audited, spec.AllowUnknown)
}

// judge tells of each runner, and fails when one does.
func (l *resourceList) judge(audited []render.AuditedRunner, allowUnknown bool) error {
	var faults []error
	for _, a := range audited {
		finding := a.Finding
		finding.Object = "Deployment/" + a.Deployment
		hint := topic{occasion: ofManifests}.of(finding)
		if a.Status == render.StatusFailed || a.Status == render.StatusUnknown && !allowUnknown {
			faults = append(faults, &hinted{what: finding.Object + ": " + finding.Message, hint: hint, told: true})
			l.told("error", finding, hint)
		} else {
			l.told("info", finding, hint)
		}
		for _, warning := range a.Warnings {
			warning.Object = finding.Object
			l.told("warning", warning, topic{occasion: ofManifests}.of(warning))
		}
	}
	return errors.Join(faults...)
}

// write puts the list together again.
func (l *resourceList) write() error {
	if len(l.results) > 0 {
		var node yaml.Node
		if err := node.Encode(l.results); err != nil {
			return err
		}
		l.rw.Results = yaml.NewRNode(&node)
	}
	return l.rw.Write(l.items)
}

// unjoin is the errors that were joined, each once.
func unjoin(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}
