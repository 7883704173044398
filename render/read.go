package render

import (
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

// An object was held against its shape when it was listed, so that reading it cannot fail: no key
// on the way is there twice, and what is read as a list is one. Null counts as absent.

// value is what keys lead to; nil where there is nothing. It follows fields and not kyaml's
// Lookup, which takes the keys "123" and "-" for indexes.
func value(node *yaml.RNode, keys ...string) *yaml.RNode {
	for _, key := range keys {
		field := node.Field(key)
		if field == nil || yaml.IsMissingOrNull(field.Value) {
			return nil
		}
		node = field.Value
	}
	return node
}

// text is the scalar that keys lead to; "" where there is none.
func text(node *yaml.RNode, keys ...string) string { return yaml.GetValue(value(node, keys...)) }

// list is the items of the sequence that keys lead to; nil where there is none.
func list(node *yaml.RNode, keys ...string) []*yaml.RNode {
	sequence := value(node, keys...)
	if sequence == nil || sequence.YNode().Kind != yaml.SequenceNode {
		return nil
	}
	items, err := sequence.Elements()
	if err != nil {
		return nil // only of what is no sequence
	}
	return items
}

// named is the last item of a list with this name: where a container has a variable twice,
// Kubernetes takes the last.
func named(items []*yaml.RNode, name string) *yaml.RNode {
	var found *yaml.RNode
	for _, item := range items {
		if text(item, "name") == name {
			found = item
		}
	}
	return found
}

// fields are the keys of a mapping whose value is not null, in their order; nil for what is none.
func fields(node *yaml.RNode) []string {
	var set []string
	for _, field := range yamledit.Fields(node) {
		if !yaml.IsMissingOrNull(field.Value) {
			set = append(set, field.Key)
		}
	}
	return set
}

// ensure is the value under a key of a mapping, made empty of its kind where there is none. (An
// edit of what kyaml's LookupCreate returns for a null would reach no tree.)
func ensure(node *yaml.RNode, key string, empty *yaml.RNode) (*yaml.RNode, error) {
	if found := value(node, key); found != nil {
		return found, nil
	}
	return yamledit.Set(node, key, empty)
}

// set sets a key of a mapping.
func set(node *yaml.RNode, key string, to *yaml.RNode) error {
	_, err := yamledit.Set(node, key, to)
	return err
}
