package yamledit

import (
	"fmt"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// same compares two trees: kinds, tags, values and anchors; lists in order,
// the values of each key in order, keys in any. Comments and style are free.
func same(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.ShortTag() != b.ShortTag() || a.Value != b.Value || a.Anchor != b.Anchor ||
		len(a.Content) != len(b.Content) {
		return false
	}
	if a.Kind != yaml.MappingNode {
		for i := range a.Content {
			if !same(a.Content[i], b.Content[i]) {
				return false
			}
		}
		return true
	}
	values := map[string][]*yaml.Node{}
	for i := 0; i+1 < len(b.Content); i += 2 {
		values[keyID(b.Content[i])] = append(values[keyID(b.Content[i])], b.Content[i+1])
	}
	for i := 0; i+1 < len(a.Content); i += 2 {
		id := keyID(a.Content[i])
		if len(values[id]) == 0 || !same(a.Content[i+1], values[id][0]) {
			return false
		}
		values[id] = values[id][1:]
	}
	return true
}

// keyID tells keys of a mapping apart: 1 and "1" are different ones. A key that is a collection, as
// in a template that was not rendered (`{{ x }}`), is what is in it, in its order.
func keyID(key *yaml.Node) string {
	id := fmt.Sprintf("%s %q", key.ShortTag(), key.Value)
	for _, child := range key.Content {
		id += "(" + keyID(child) + ")"
	}
	return id
}
