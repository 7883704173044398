// Package krm is the KRM function: a ResourceList comes in, its items are filtered or verified by the
// options of its functionConfig, and what there is to say comes back as its results
// (https://github.com/kubernetes-sigs/kustomize, functions-spec.md). kustomize runs the program
// without arguments. docs/KRM.md says what is promised.
package krm

import (
	"errors"
	"fmt"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/cli/advice"
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

// Find returns the document of a stream that makes it a function's input, nil where there is none.
func Find(stream *yamledit.Stream) *yamledit.Document {
	for _, doc := range stream.Documents {
		if doc.Contains(listKind, strings.TrimSuffix(listGroup, "/")) && isList(doc) {
			return doc
		}
	}
	return nil
}

// isList reports whether a document is a ResourceList, or cannot be read and speaks of one.
func isList(doc *yamledit.Document) bool {
	root, err := doc.Root()
	return err != nil || text(root, "kind") == listKind && strings.HasPrefix(text(root, "apiVersion"), listGroup)
}

// newList takes the list apart, once its shape is sure.
func newList(stream *yamledit.Stream, doc *yamledit.Document) (*resourceList, error) {
	for _, other := range stream.Documents {
		if other != doc && !other.IsBlank() {
			return nil, &advice.Error{What: fmt.Sprintf("document %d of stdin is beside the ResourceList in document %d", other.Number(), doc.Number()),
				Hint: "a KRM function takes one ResourceList, and nothing else"}
		}
	}
	root, err := doc.Root()
	if err != nil {
		if syntax, ok := errors.AsType[*yamledit.SyntaxError](err); ok && syntax.Line > 0 {
			err = fmt.Errorf("line %d: %w", doc.LinesAbove()+syntax.Line, err)
		}
		return nil, malformed("it cannot be read", err)
	}
	l := &resourceList{document: doc, root: root, config: field(root, "functionConfig")}
	seen := map[string]bool{}
	for _, pair := range yamledit.Fields(root) {
		isList := pair.Value.YNode().Kind == yaml.SequenceNode || yaml.IsMissingOrNull(pair.Value)
		switch {
		case seen[pair.Key]:
			return nil, malformed("a key of it is there twice", nil)
		case (pair.Key == "items" || pair.Key == "results") && !isList:
			return nil, malformed(pair.Key+" is not a list", nil)
		}
		seen[pair.Key] = true
	}
	if l.config == nil || l.config.YNode().Kind != yaml.MappingNode {
		return nil, &advice.Error{What: "the ResourceList has no functionConfig", Hint: "it takes apiVersion: " + apiVersion + ", kind: " + filterKind}
	}
	l.items = elements(root, "items")
	var faults []error
	for i, item := range l.items {
		metadata := field(item, "metadata")
		switch {
		case item.YNode().Kind != yaml.MappingNode:
			faults = append(faults, malformed(fmt.Sprintf("item %d is not an object", i+1), nil))
		case metadata != nil && metadata.YNode().Kind != yaml.MappingNode:
			faults = append(faults, malformed(fmt.Sprintf("metadata of item %d is not a mapping", i+1), nil))
		}
	}
	return l, errors.Join(faults...)
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
	if err != nil {
		return nil, err
	}
	documents := yamledit.Split(all)
	if len(documents.Documents) != len(l.items) {
		return nil, malformed("an item is more than one document", nil)
	}
	return documents, nil
}

// replace puts the filtered documents in the place of the items. Items without an edit stay the
// nodes that they are.
func (l *resourceList) replace(before, after *yamledit.Stream) error {
	var items []*yaml.RNode
	next, changed := 0, false
	for i, doc := range before.Documents {
		edited, err := doc.Bytes()
		if err != nil {
			return err
		}
		if len(edited) == 0 {
			changed = true
			continue // removed
		}
		item := l.items[i]
		if string(edited) != string(doc.Text()) {
			changed = true
			if item, err = after.Documents[next].Root(); err != nil {
				return err
			}
		}
		items = append(items, item)
		next++
	}
	for _, doc := range after.Documents[next:] {
		item, err := doc.Root()
		if err != nil {
			return err
		}
		items, changed = append(items, item), true
	}
	if !changed {
		return nil
	}
	return l.root.PipeE(yaml.SetField("items", yamledit.List(items...)))
}

// bytes returns the list with the results behind those that it has already.
func (l *resourceList) bytes() ([]byte, error) {
	if len(l.results) > 0 {
		var node yaml.Node
		if err := node.Encode(l.results); err != nil {
			return nil, err
		}
		ours, err := yaml.NewRNode(&node).Elements()
		if err != nil {
			return nil, err
		}
		all := yamledit.List(append(elements(l.root, "results"), ours...)...)
		if err := l.root.PipeE(yaml.SetField("results", all)); err != nil {
			return nil, err
		}
	}
	return l.document.Bytes()
}

// elements returns the elements of a list in a mapping; none where there is none.
func elements(node *yaml.RNode, name string) []*yaml.RNode {
	list := field(node, name)
	if list == nil {
		return nil
	}
	all, _ := list.Elements() // it is a list
	return all
}

// field returns a field of a mapping; nil where it is null or there is none.
func field(node *yaml.RNode, name string) *yaml.RNode {
	if node == nil || node.YNode().Kind != yaml.MappingNode {
		return nil
	}
	found := node.Field(name)
	if found == nil || yaml.IsMissingOrNull(found.Value) {
		return nil
	}
	return found.Value
}

// text returns a scalar field of a mapping; "" where there is none.
func text(node *yaml.RNode, name string) string {
	found := field(node, name)
	if found == nil || found.YNode().Kind != yaml.ScalarNode {
		return ""
	}
	return found.YNode().Value
}
