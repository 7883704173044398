package krm

import (
	"errors"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/render"
	"helm-runnertrust/trust"
)

// The severities of results.
const (
	severityError   = "error"
	severityWarning = "warning"
	severityInfo    = "info"
)

// A result is one of a ResourceList's results.
type result struct {
	Message     string       `yaml:"message"`
	Severity    string       `yaml:"severity"`
	ResourceRef *resourceRef `yaml:"resourceRef,omitempty"`
	Field       *fieldRef    `yaml:"field,omitempty"`
	File        *fileRef     `yaml:"file,omitempty"`
}

type resourceRef struct {
	APIVersion string `yaml:"apiVersion,omitempty"`
	Kind       string `yaml:"kind,omitempty"`
	Name       string `yaml:"name,omitempty"`
	Namespace  string `yaml:"namespace,omitempty"`
}

type fieldRef struct {
	Path string `yaml:"path"`
}

type fileRef struct {
	Path  string `yaml:"path"`
	Index int    `yaml:"index,omitempty"`
}

// addFinding adds a finding to the results. An empty namespace is any.
func (l *resourceList) addFinding(severity, namespace string, f trust.Finding, sources []render.Source) {
	r := result{Message: withHint(advice.Context{Check: advice.OfManifests}.Of(f)), Severity: severity}
	for _, source := range sources {
		switch origin := source.Bundle.Origin(); {
		case !strings.HasPrefix(f.Message, origin):
		case origin == certificateField:
			r.Field = &fieldRef{Path: origin}
		default:
			r.Field, r.File = &fieldRef{Path: "spec.certificateFile"}, &fileRef{Path: origin}
		}
	}
	l.add(r, f.Object, namespace)
}

// addError adds an error to the results, with its position in their fields.
func (l *resourceList) addError(err error) {
	m := advice.Explain(err, "")
	r, object := result{Severity: severityError}, ""
	if in, ok := errors.AsType[*fieldError](err); ok {
		m.Message, r.Field = in.err.Error(), &fieldRef{Path: in.field}
		if in.file != "" {
			r.File = &fileRef{Path: in.file}
		}
	}
	if refused, ok := errors.AsType[*trust.Error](err); ok && r.File != nil {
		r.File.Path = refused.Origin // of a folder, the file
	}
	if refused, ok := errors.AsType[*render.Error](err); ok {
		m.Message, object = refused.Err.Error(), refused.Object
		if refused.Field != "" {
			r.Field = &fieldRef{Path: refused.Field}
		}
	}
	r.Message = withHint(m)
	l.add(r, object, "")
}

// add completes a result by the item that it is about, "Kind/name". Of several items of that name in
// several namespaces, it names none.
func (l *resourceList) add(r result, object, namespace string) {
	var found []*yaml.RNode
	for _, item := range l.items {
		metadata := field(item, "metadata")
		if object != "" && text(item, "kind")+"/"+text(metadata, "name") == object && (namespace == "" || text(metadata, "namespace") == namespace) {
			found = append(found, item)
		}
	}
	if len(found) > 0 {
		kind, name, _ := strings.Cut(object, "/")
		r.ResourceRef = &resourceRef{APIVersion: text(found[0], "apiVersion"), Kind: kind, Name: name}
	}
	if len(found) == 1 {
		r.ResourceRef.Namespace = text(field(found[0], "metadata"), "namespace")
		if r.File == nil {
			r.File = fileOf(found[0])
		}
	}
	l.results = append(l.results, r)
}

// fileOf returns the file that an item was read from, nil where its annotations do not tell.
func fileOf(item *yaml.RNode) *fileRef {
	path, index, err := kioutil.GetFileAnnotations(item)
	if err != nil || path == "" {
		return nil
	}
	number, _ := strconv.Atoi(index) // 0 for none
	return &fileRef{Path: path, Index: number}
}

func withHint(m advice.Message) string {
	if m.Hint == "" {
		return m.Message
	}
	return m.Message + "; " + m.Hint
}
