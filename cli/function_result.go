package cli

import (
	"errors"
	"strconv"

	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render"
	"helm-runnertrust/trust"
)

// functionResult is one of a ResourceList's results.
type functionResult struct {
	Message     string         `yaml:"message"`
	Severity    string         `yaml:"severity"` // error, warning, info
	ResourceRef *resourceRef   `yaml:"resourceRef,omitempty"`
	Field       *functionField `yaml:"field,omitempty"`
	File        *functionFile  `yaml:"file,omitempty"`
}

type resourceRef struct {
	APIVersion string `yaml:"apiVersion,omitempty"`
	Kind       string `yaml:"kind,omitempty"`
	Name       string `yaml:"name,omitempty"`
	Namespace  string `yaml:"namespace,omitempty"`
}

type functionField struct {
	Path string `yaml:"path"`
}

type functionFile struct {
	Path  string `yaml:"path"`
	Index int    `yaml:"index,omitempty"`
}

// told adds a finding to the results.
func (l *resourceList) told(severity string, f trust.Finding, hint string) {
	r := functionResult{Message: withHint(f.Message, hint), Severity: severity}
	l.add(r, f.Object)
}

// tell adds an error to the results.
func (l *resourceList) tell(severity string, err error, hint string) {
	r := functionResult{Message: withHint(err.Error(), hint), Severity: severity}
	placed := (*render.Error)(nil)
	if !errors.As(err, &placed) {
		l.results = append(l.results, r)
		return
	}
	r.Message = withHint(placed.Err.Error(), hint)
	if placed.Field != "" {
		r.Field = &functionField{Path: placed.Field}
	}
	l.add(r, placed.Object)
}

// add completes a result by the item that it is about, "Kind/name".
func (l *resourceList) add(r functionResult, object string) {
	for _, item := range l.items {
		meta, err := item.GetMeta()
		if err != nil || meta.Kind+"/"+meta.Name != object {
			continue
		}
		r.ResourceRef = &resourceRef{APIVersion: meta.APIVersion, Kind: meta.Kind, Name: meta.Name, Namespace: meta.Namespace}
		r.File = fileOf(item)
	}
	l.results = append(l.results, r)
}

// fileOf is the file that an item was read from, nil where its annotations do not tell.
func fileOf(item *yaml.RNode) *functionFile {
	path, index, err := kioutil.GetFileAnnotations(item)
	if err != nil || path == "" {
		return nil
	}
	number, err := strconv.Atoi(index)
	if err != nil {
		number = 0
	}
	return &functionFile{Path: path, Index: number}
}

func withHint(message, hint string) string {
	if hint == "" {
		return message
	}
	return message + "; " + hint
}
