// Package krm is the KRM function: a ResourceList comes in, its items are filtered or verified by the
// options of its functionConfig, and what there is to say comes back as its results
// (https://github.com/kubernetes-sigs/kustomize, functions-spec.md). kustomize runs the program
// without arguments. docs/KRM.md says what is promised.
package krm

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/yamledit"
)

const (
	listKind  = "ResourceList"
	listGroup = "config.kubernetes.io/"
)

// A resourceList is what one run of the function is about.
type resourceList struct {
	document *yamledit.Document
	root     *yaml.RNode   // its tree, without aliases
	items    []*yaml.RNode // as they came
	config   *yaml.RNode
	results  []result
}

// Find returns the document of a stream that makes it a function's input: the first with content, if any.
func Find(stream *yamledit.Stream) *yamledit.Document {
	first := slices.IndexFunc(stream.Documents, func(doc *yamledit.Document) bool { return !doc.IsBlank() })
	if first < 0 || !stream.Documents[first].Contains(listKind, strings.TrimSuffix(listGroup, "/")) {
		return nil
	}
	doc := stream.Documents[first]
	if root, err := doc.Root(); err != nil || root.GetKind() == listKind && strings.HasPrefix(root.GetApiVersion(), listGroup) {
		return doc // also one that cannot be read, and speaks of a list
	}
	return nil
}

// newList takes the list apart, once its shape is sure.
func newList(stream *yamledit.Stream, doc *yamledit.Document) (*resourceList, error) {
	for _, other := range stream.Documents {
		if other != doc && !other.IsBlank() {
			return nil, &advice.Error{What: fmt.Sprintf("document %d of stdin is beside the ResourceList in document %d", other.Number, doc.Number),
				Hint: "a KRM function takes one ResourceList, and nothing else"}
		}
	}
	root, err := doc.Root()
	if syntax, ok := errors.AsType[*yamledit.SyntaxError](err); ok && syntax.Line > 0 {
		err = fmt.Errorf("line %d: %w", doc.LinesAbove+syntax.Line, err)
	}
	if err != nil {
		return nil, malformed("it cannot be read", err)
	}
	var shape struct { // of what is read below
		FunctionConfig struct{ Kind, Spec yaml.Node } `yaml:"functionConfig"`
		Items          []struct{ Metadata map[string]yaml.Node }
		Results        []yaml.Node
	}
	items := manifest.List(root, "items")
	isNoObject := func(item *yaml.RNode) bool { return item.YNode().Kind != yaml.MappingNode }
	if root.YNode().Decode(&shape) != nil || slices.ContainsFunc(items, isNoObject) { // its error has values
		return nil, malformed("items and results are not lists of objects with metadata, functionConfig is no object, or a key is there twice", nil)
	}
	l := &resourceList{document: doc, root: root, config: manifest.Value(root, "functionConfig"), items: items}
	if l.config == nil {
		return nil, &advice.Error{What: "the ResourceList has no functionConfig", Hint: "it takes apiVersion: " + apiVersion + ", kind: " + filterKind}
	}
	return l, nil
}

func malformed(what string, err error) error {
	return &advice.Error{What: "the ResourceList: " + what, Err: err}
}

// stream returns the items as documents, in their order.
func (l *resourceList) stream() (*yamledit.Stream, error) {
	var stream yamledit.Stream
	for i, item := range l.items {
		if err := stream.Append("", item, false); err != nil {
			return nil, malformed(fmt.Sprintf("item %d cannot be written", i+1), err)
		}
	}
	all, err := stream.Bytes()
	documents := yamledit.Split(all)
	if err == nil && len(documents.Documents) != len(l.items) {
		err = malformed("an item is more than one document", nil)
	}
	return documents, err
}

// replace puts the documents of the filter in the place of the items: those that it edited, and behind
// them those of the output that are new. Items without an edit stay the nodes that they are.
func (l *resourceList) replace(edited *yamledit.Stream, output []byte) error {
	var items []*yaml.RNode
	for i, doc := range edited.Documents {
		text, err := doc.Bytes()
		item := l.items[i]
		if err == nil && !bytes.Equal(text, doc.Text) {
			item, err = doc.Root()
		}
		if err != nil {
			return err
		}
		if len(text) > 0 { // else it was removed
			items = append(items, item)
		}
	}
	for _, doc := range yamledit.Split(output).Documents[len(items):] {
		item, err := doc.Root()
		if err != nil {
			return err
		}
		items = append(items, item)
	}
	if len(items) == 0 && len(l.items) == 0 {
		return nil
	}
	return l.root.PipeE(yaml.SetField("items", yamledit.List(items...)))
}

// bytes returns the list with the results behind those that it has already.
func (l *resourceList) bytes() ([]byte, error) {
	if len(l.results) > 0 {
		var added yaml.Node
		err := added.Encode(l.results)
		results, listErr := yaml.NewRNode(&added).Elements()
		all := yamledit.List(append(manifest.List(l.root, "results"), results...)...)
		if err = cmp.Or(err, listErr, l.root.PipeE(yaml.SetField("results", all))); err != nil {
			return nil, err
		}
	}
	return l.document.Bytes()
}
