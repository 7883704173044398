package krm

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/render"
	"helm-runnertrust/trust"
)

// A result is one of a ResourceList's results; its severity is error, warning or info.
type result struct {
	Message     string
	Severity    string
	ResourceRef yaml.ResourceIdentifier `yaml:"resourceRef,omitempty"`
	Field       struct{ Path string }   `yaml:",omitempty"`
	File        struct {
		Path  string
		Index int `yaml:",omitempty"`
	} `yaml:",omitempty"`
}

// addFinding adds a finding to the results, and returns the message that it makes. An empty namespace is any.
func (l *resourceList) addFinding(severity, namespace string, f trust.Finding) advice.Message {
	m := advice.Context{Check: advice.OfManifests}.Of(f)
	l.add(result{Severity: severity}, m, f.Object, namespace)
	return m
}

// refuse adds errors to the results, with their positions in its fields, and returns them for stderr.
func (l *resourceList) refuse(err error) error {
	all := trust.Errors(err)
	for i, one := range all {
		r, object := result{Severity: "error"}, ""
		refused, isRefused := errors.AsType[*render.Error](one)
		if isRefused && refused.Document != "" {
			item := *refused // its documents are the items, and their lines are of no text that anybody has
			item.Document, item.Line = "item"+strings.TrimPrefix(refused.Document, "document"), 0
			all[i] = &item
		}
		m := advice.Explain(all[i], "")
		if in, ok := errors.AsType[*fieldError](one); ok {
			m.Message, r.Field.Path = in.err.Error(), in.field
		}
		if isRefused {
			m.Message, object, r.Field.Path = refused.Err.Error(), refused.Object, cmp.Or(refused.Field, r.Field.Path)
		}
		l.add(r, m, object, "")
	}
	return errors.Join(all...)
}

// add completes a result by its message, and by the item that it is about, "Kind/name". Of several items of that name in
// several namespaces, it names none.
func (l *resourceList) add(r result, m advice.Message, object, namespace string) {
	r.Message = strings.TrimSuffix(m.Message+"; "+m.Hint, "; ")
	found := slices.DeleteFunc(slices.Clone(l.items), func(item *yaml.RNode) bool {
		return item.GetKind()+"/"+item.GetName() != object || namespace != "" && item.GetNamespace() != namespace
	})
	if len(found) > 0 {
		r.ResourceRef.APIVersion, r.ResourceRef.Kind, r.ResourceRef.Name = found[0].GetApiVersion(), found[0].GetKind(), found[0].GetName()
	}
	if len(found) == 1 {
		r.ResourceRef.Namespace = found[0].GetNamespace()
		if path, index, _ := kioutil.GetFileAnnotations(found[0]); path != "" {
			r.File.Path = path
			r.File.Index, _ = strconv.Atoi(index) // 0 for none
		}
	}
	l.results = append(l.results, r)
}
