package yamledit

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// origins tells for each node of a copied tree which one it is a copy of. What is not in it is new.
type origins map[*yaml.Node]*yaml.Node

// add notes the nodes of a copy that is still as its original.
func (o origins) add(copied, original *yaml.Node) {
	o[copied] = original
	for i, child := range copied.Content {
		o.add(child, original.Content[i])
	}
}

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

// keyID tells keys of a mapping apart: 1 and "1" are different ones. A collection as a key is the
// digest of what is in it; what is free in [same] is free there.
func keyID(key *yaml.Node) string {
	if key.Kind == yaml.ScalarNode {
		return key.ShortTag() + " " + key.Value
	}
	var parts []string
	for i := 0; i < len(key.Content); i++ {
		part := keyID(key.Content[i])
		if key.Kind == yaml.MappingNode {
			i++
			part = fmt.Sprintf("%d %s %s", len(part), part, keyID(key.Content[i]))
		}
		parts = append(parts, part)
	}
	if key.Kind == yaml.MappingNode {
		slices.Sort(parts)
	}
	var all []byte
	for _, part := range parts {
		all = fmt.Appendf(all, "%d %s", len(part), part)
	}
	return fmt.Sprintf("%d %s %x", key.Kind, key.ShortTag(), sha256.Sum256(all))
}
