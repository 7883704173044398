package yamledit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Digest returns the first eight bytes of the SHA-256 of a tree, in hex. The order of keys, comments and
// style do not count.
func Digest(node *yaml.RNode) string {
	sum := sha256.Sum256(canonical(nil, node.YNode()))
	return hex.EncodeToString(sum[:8])
}

// canonical appends a tree to out, in a form that no other tree has.
func canonical(out []byte, node *yaml.Node) []byte {
	var parts []string
	switch {
	case node == nil:
		return out
	case node.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			parts = append(parts, string(canonical(canonical(nil, node.Content[i]), node.Content[i+1])))
		}
		slices.Sort(parts)
	case node.Kind == yaml.SequenceNode:
		for _, item := range node.Content {
			parts = append(parts, string(canonical(nil, item)))
		}
	}
	out = fmt.Appendf(out, "%s %d:%s %d", node.ShortTag(), len(node.Value), node.Value, len(parts))
	for _, part := range parts {
		out = fmt.Appendf(out, " %d:%s", len(part), part)
	}
	return out
}
