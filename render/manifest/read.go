package manifest

import (
	"encoding/base64"
	"maps"
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

// dataFields are the fields of a ConfigMap or Secret with its keys (k8s.io/api/core/v1). The first that has a key counts.
var dataFields = map[string][]string{"ConfigMap": {"data", "binaryData"}, "Secret": {"stringData", "data"}}

// entries are what a ConfigMap or Secret has, read once for all keys: values are edited in place, and keys never are.
type entries struct {
	fault  error
	keys   []string // sorted
	fields map[string]entry
}

type entry struct {
	field string // that has the key
	value *yaml.RNode
}

func (o *Object) entries() *entries {
	if o.data != nil {
		return o.data
	}
	o.data = &entries{fault: o.Check(dataKeys), fields: map[string]entry{}}
	for _, field := range dataFields[o.Kind] {
		for _, pair := range yamledit.Fields(Value(o.Node, field)) {
			if _, known := o.data.fields[pair.Key]; !known {
				o.data.fields[pair.Key] = entry{field, pair.Value}
			}
		}
	}
	o.data.keys = slices.Sorted(maps.Keys(o.data.fields))
	return o.data
}

// DataKeys returns the keys of a ConfigMap or Secret, sorted, also those that are null, which the API
// server takes for an empty text. It is not to be changed.
func (o *Object) DataKeys() []string { return o.entries().keys }

// Data returns the bytes under a key of a ConfigMap or Secret; ok is false without the key. What is no
// base64, or has a key twice, is an error.
func (o *Object) Data(key string) (content []byte, ok bool, err error) {
	if err := o.entries().fault; err != nil {
		return nil, false, err
	}
	found, ok := o.entries().fields[key]
	if !ok {
		return nil, false, nil
	}
	written := yaml.GetValue(found.value)
	if found.field == "stringData" || found.field == "data" && o.Kind == "ConfigMap" {
		return []byte(written), true, nil
	}
	content, err = base64.StdEncoding.DecodeString(written) // as encoding/json does it for the API server
	if err != nil {
		return nil, false, o.Refuse(BadDocument, "data "+key, "it is not base64")
	}
	return content, true, nil
}
