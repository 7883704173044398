package yamledit

import (
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A Pair is a key and its value, for [Map].
type Pair struct {
	Key   string
	Value *yaml.RNode
}

// Map is a new mapping with its keys in the order of the pairs (kyaml's NewMapRNode ranges over a
// Go map). A pair without a value is left out.
func Map(pairs ...Pair) *yaml.RNode {
	node := &yaml.Node{Kind: yaml.MappingNode, Tag: yaml.NodeTagMap}
	for _, p := range pairs {
		if value := p.Value.YNode(); value != nil {
			node.Content = append(node.Content, Text(p.Key).YNode(), value)
		}
	}
	return yaml.NewRNode(node)
}

// List is a new sequence.
func List(items ...*yaml.RNode) *yaml.RNode {
	list := yaml.NewRNode(&yaml.Node{Kind: yaml.SequenceNode, Tag: yaml.NodeTagSeq})
	Append(list, items...)
	return list
}

// Text is a new string. A word that only YAML 1.1 takes for a bool is quoted, as Kubernetes's own library
// reads it so (sigs.k8s.io/yaml). What YAML 1.2 takes for something else gets its quotes when it is written.
func Text(value string) *yaml.RNode {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagString, Value: value}
	if slices.Contains([]string{"y", "yes", "on", "n", "no", "off"}, strings.ToLower(value)) {
		node.Style = yaml.DoubleQuotedStyle
	}
	return yaml.NewRNode(node)
}

// Fields are the entries of a mapping, in their order; nil for what is none. kyaml's VisitFields
// looks each of them up from the start.
func Fields(mapping *yaml.RNode) []Pair {
	node := mapping.YNode()
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	var pairs []Pair
	for field := range slices.Chunk(node.Content, 2) {
		pairs = append(pairs, Pair{Key: field[0].Value, Value: yaml.NewRNode(field[1])})
	}
	return pairs
}

// Bare copies a tree without its comments and anchors, for use in another document; nil for nil.
func Bare(node *yaml.RNode) *yaml.RNode {
	if node.IsNil() {
		return nil
	}
	old := node.YNode()
	bare := &yaml.Node{Kind: old.Kind, Tag: old.Tag, Value: old.Value, Style: old.Style}
	for _, child := range old.Content {
		bare.Content = append(bare.Content, Bare(yaml.NewRNode(child)).YNode())
	}
	return yaml.NewRNode(bare)
}

// Set sets a key of a mapping to a value, behind the other keys when it is new, and returns the value.
// A scalar in the place of another keeps its style, its anchor, its position and its comments, of which
// kyaml's SetField keeps the style only.
func Set(mapping *yaml.RNode, key string, value *yaml.RNode) *yaml.RNode {
	node := value.YNode()
	if field := mapping.Field(key); field != nil {
		if old := field.Value.YNode(); old.Kind == yaml.ScalarNode && node.Kind == yaml.ScalarNode {
			node.Style, node.Anchor, node.Line, node.Column = old.Style, old.Anchor, old.Line, old.Column
			node.HeadComment, node.LineComment, node.FootComment = old.HeadComment, old.LineComment, old.FootComment
		}
		field.Value.SetYNode(node)
		return field.Value
	}
	Append(mapping, Text(key), value)
	return value
}

// Append puts an item behind those of a sequence, or a key and its value behind those of a mapping.
func Append(collection *yaml.RNode, nodes ...*yaml.RNode) {
	for _, n := range nodes {
		collection.YNode().Content = append(collection.YNode().Content, n.YNode())
	}
}

// Remove takes a key out of a mapping.
func Remove(mapping *yaml.RNode, key string) {
	_ = mapping.PipeE(yaml.Clear(key)) // an error is only of what is not a mapping
}

// Prepend puts an item in front of those of a sequence, or a key and its value in front of those of a
// mapping; kyaml only appends.
func Prepend(collection *yaml.RNode, nodes ...*yaml.RNode) {
	node := collection.YNode()
	node.Content = slices.Concat(List(nodes...).YNode().Content, node.Content)
}

// Retain drops the items of a sequence that keep refuses, and reports whether there were any. A nil
// list has none.
func Retain(list *yaml.RNode, keep func(item *yaml.RNode) bool) (dropped bool) {
	node := list.YNode()
	if node == nil {
		return false
	}
	before := len(node.Content)
	node.Content = slices.DeleteFunc(slices.Clone(node.Content), func(item *yaml.Node) bool { return !keep(yaml.NewRNode(item)) })
	return len(node.Content) < before
}

// ReplaceField puts another key and value in the place of one of a mapping, which keeps its place
// and the comments of the key. A mapping without the key stays as it is.
func ReplaceField(mapping *yaml.RNode, old, key string, value *yaml.RNode) {
	if field := mapping.Field(old); field != nil {
		field.Key.YNode().Value = key
		field.Value.SetYNode(value.YNode())
	}
}

// MoveField puts a field of one mapping behind those of another, under a key of that mapping: the
// value with its comments and its place in the text, and the comments of the old key. A field that
// is not there, or null, is not moved.
func MoveField(from *yaml.RNode, old string, to *yaml.RNode, key string) {
	field := from.Field(old)
	if field == nil || yaml.IsMissingOrNull(field.Value) {
		return
	}
	field.Key.YNode().Value = key
	Append(to, field.Key, field.Value)
}
