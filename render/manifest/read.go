package manifest

import (
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

// Value returns what keys lead to; nil where there is nothing. Null counts as absent. It follows
// fields instead of kyaml's Lookup, which takes the keys "123" and "-" for indexes.
func Value(node *yaml.RNode, keys ...string) *yaml.RNode {
	for _, key := range keys {
		field := node.Field(key)
		if field == nil || yaml.IsMissingOrNull(field.Value) {
			return nil
		}
		node = field.Value
	}
	return node
}

// Text returns the scalar that keys lead to; "" without one.
func Text(node *yaml.RNode, keys ...string) string { return yaml.GetValue(Value(node, keys...)) }

// List returns the items of the sequence that keys lead to; nil without one.
func List(node *yaml.RNode, keys ...string) []*yaml.RNode {
	items, _ := Value(node, keys...).Elements() // an error is only of what is not a sequence
	return items
}

// Named returns the last item of a list with this name: where a container has a variable twice,
// Kubernetes takes the last.
func Named(items []*yaml.RNode, name string) *yaml.RNode {
	for _, item := range slices.Backward(items) {
		if Text(item, "name") == name {
			return item
		}
	}
	return nil
}

// Fields returns the keys of a mapping whose value is not null, in their order.
func Fields(node *yaml.RNode) []string {
	var set []string
	for _, field := range yamledit.Fields(node) {
		if !yaml.IsMissingOrNull(field.Value) {
			set = append(set, field.Key)
		}
	}
	return set
}

// IsTrue reports whether a scalar is a true bool of YAML 1.1, which Kubernetes reads.
func IsTrue(scalar string) bool {
	return slices.Contains([]string{"true", "y", "yes", "on"}, strings.ToLower(scalar))
}
