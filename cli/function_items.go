package cli

import (
	"bytes"
	"errors"
	"time"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render"
	"helm-runnertrust/render/audit"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

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
	stream := yamledit.Split(text.Bytes())
	if len(stream.Documents) != len(l.items) {
		return nil, errors.New("an item is no document of its own")
	}
	return stream, nil
}

// filterItems is the filter. Items without an edit stay the nodes that they are.
func (p *program) filterItems(l *resourceList) error {
	options, err := p.functionOptions(l.spec)
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
		p.told(l, severityWarning, "", warning, topic{}.of(warning))
	}
	for _, note := range result.Notes {
		p.told(l, severityInfo, "", note, "")
		p.message("note", note.Message, "")
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
	l.items, l.changed = items, true
	return nil
}

func appendItem(items []*yaml.RNode, text []byte) ([]*yaml.RNode, error) {
	item, err := yaml.Parse(string(text))
	return append(items, item), err
}

// verifyItems is verify: it changes nothing.
func (p *program) verifyItems(l *resourceList) error {
	stream, err := l.stream()
	if err != nil {
		return err
	}
	text, err := stream.Bytes()
	if err != nil {
		return err
	}
	audited, err := audit.Run(text, audit.Options{
		Now:           p.Now,
		ExpiresWithin: time.Duration(l.spec.ExpiresWithin),
		Deployment:    l.spec.Deployment,
		CertsDir:      l.spec.CertsDir,
	})
	if err != nil {
		return err
	}
	return p.judge(l, audited, l.spec.AllowUnknown)
}

// judge tells of each runner, and fails when one does.
func (p *program) judge(l *resourceList, audited []audit.Runner, allowUnknown bool) error {
	var faults []error
	about := topic{occasion: ofManifests}
	for _, a := range audited {
		finding := a.Finding
		finding.Object = "Deployment/" + a.Deployment
		hint := about.of(finding)
		if a.Status == trust.StatusFailed || a.Status == trust.StatusUnknown && !allowUnknown {
			faults = append(faults, &hinted{what: finding.Object + ": " + finding.Message, hint: inFunction(finding.Code, l.kind, hint), told: true})
			p.told(l, severityError, a.Namespace, finding, hint)
		} else {
			p.told(l, severityInfo, a.Namespace, finding, hint)
		}
		for _, warning := range a.Warnings {
			warning.Object = finding.Object
			p.told(l, severityWarning, a.Namespace, warning, about.of(warning))
		}
	}
	return errors.Join(faults...)
}
