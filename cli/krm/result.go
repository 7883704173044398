package krm

import (
	"errors"
	"slices"
	"strconv"

	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/render"
	"helm-runnertrust/trust"
)

// A result is one of a ResourceList's results; its severity is error, warning or info.
type result struct {
	Message     string                   `yaml:"message"`
	Severity    string                   `yaml:"severity"`
	ResourceRef *yaml.ResourceIdentifier `yaml:"resourceRef,omitempty"`
	Field       *fieldRef                `yaml:"field,omitempty"`
	File        *fileRef                 `yaml:"file,omitempty"`
}

type fieldRef struct {
	Path string `yaml:"path"`
}

type fileRef struct {
	Path  string `yaml:"path"`
	Index int    `yaml:"index,omitempty"`
}

// addFinding adds a finding to the results. An empty namespace is any.
func (l *resourceList) addFinding(severity, namespace string, f trust.Finding) {
	m := advice.Context{Check: advice.OfManifests}.Of(f)
	l.add(result{Message: withHint(m), Severity: severity}, f.Object, namespace)
}

// addError adds an error to the results, with its position in their fields.
func (l *resourceList) addError(err error) {
	m := advice.Explain(err, "")
	r, object := result{Severity: "error"}, ""
	if in, ok := errors.AsType[*fieldError](err); ok {
		m.Message, r.Field = in.err.Error(), &fieldRef{Path: in.field}
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
	found := slices.DeleteFunc(slices.Clone(l.items), func(item *yaml.RNode) bool {
		return item.GetKind()+"/"+item.GetName() != object || namespace != "" && item.GetNamespace() != namespace
	})
	if len(found) > 0 {
		r.ResourceRef = &yaml.ResourceIdentifier{
			TypeMeta: yaml.TypeMeta{APIVersion: found[0].GetApiVersion(), Kind: found[0].GetKind()},
			NameMeta: yaml.NameMeta{Name: found[0].GetName()},
		}
	}
	if len(found) == 1 {
		r.ResourceRef.Namespace = found[0].GetNamespace()
		r.File = fileOf(found[0])
	}
	l.results = append(l.results, r)
}

// fileOf returns the file that an item was read from, nil where its annotations do not say.
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
