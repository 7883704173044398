package yamledit

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// same reports whether two trees have the same kinds, tags and values: lists in order, keys in any, and the
// values of a key that is there twice in order. Comments, style and anchors are free.
func same(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.ShortTag() != b.ShortTag() || a.Value != b.Value || len(a.Content) != len(b.Content) {
		return false
	}
	if a.Kind != yaml.MappingNode {
		return slices.EqualFunc(a.Content, b.Content, same)
	}
	return slices.EqualFunc(byKey(a), byKey(b), func(a, b []*yaml.Node) bool { return slices.EqualFunc(a, b, same) })
}

// byKey returns the keys of a mapping, sorted, each with its value.
func byKey(mapping *yaml.Node) [][]*yaml.Node {
	return slices.SortedStableFunc(slices.Chunk(mapping.Content, 2), func(a, b []*yaml.Node) int {
		return strings.Compare(a[0].Value, b[0].Value)
	})
}

// Digest returns the first eight bytes of the SHA-256 of a tree, in hex. The order of keys, comments and
// style do not count.
func Digest(node *yaml.RNode) string {
	return fmt.Sprintf("%x", sha256.Sum256(canonical(nil, node.YNode())))[:16]
}

// canonical appends a tree to out, in a form that no other tree has.
func canonical(out []byte, node *yaml.Node) []byte {
	var parts []string
	switch {
	case node == nil:
		return out
	case node.Kind == yaml.MappingNode:
		for pair := range slices.Chunk(node.Content, 2) {
			parts = append(parts, string(canonical(canonical(nil, pair[0]), pair[1])))
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

// A difference puts lines from up to to of one list in the place of lines start up to end of another.
type difference struct{ start, end, from, to int }

// differences makes one list of lines out of another. A line is kept where it is the next one, or
// the only one of its kind further on: that is linear, and enough for lists that are nearly equal.
func differences(old, edited []string) []difference {
	only := map[string]int{} // of each line: where it is, -1 when there are several
	for i, line := range old {
		if _, twice := only[line]; twice {
			i = -1
		}
		only[line] = i
	}
	var found []difference
	next, from := 0, 0 // lines that are not yet taken care of
	keep := func(at, to int) {
		if at > next || to > from {
			found = append(found, difference{next, at, from, to})
		}
		next, from = at+1, to+1
	}
	for i, line := range edited {
		if next < len(old) && old[next] == line {
			keep(next, i)
		} else if at, is := only[line]; is && at > next {
			keep(at, i)
		}
	}
	keep(len(old), len(edited))
	return found
}
