package render

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The short tags of go.yaml.in/yaml/v3, whose Node is kyaml's too.
const (
	tagMap    = "!!map"
	tagSeq    = "!!seq"
	tagString = "!!str"
	tagBool   = "!!bool"
	tagNull   = "!!null"
	tagMerge  = "!!merge"
)

// A duplicateKeyError is a key that a mapping has twice, where the filter
// reads or edits it: YAML libraries take the first, Kubernetes the last.
type duplicateKeyError struct {
	key         string
	line, again int // of the first and the second, from 1 in the document
}

func (e *duplicateKeyError) Error() string {
	if e.line == 0 { // behind an alias
		return fmt.Sprintf("duplicate key %q", e.key)
	}
	return fmt.Sprintf("duplicate key %q, first on line %d", e.key, e.line)
}

// field is the value of a key of a mapping, or nil: for a key that is not
// there, for a null, and where node is no mapping.
func field(node *yaml.Node, key string) (*yaml.Node, error) {
	_, value, err := entry(node, key)
	if err != nil || value == nil || isNull(value) {
		return nil, err
	}
	return value, nil
}

// entry is a key of a mapping with its value, which may be null; nil where
// there is none.
func entry(node *yaml.Node, key string) (k, v *yaml.Node, err error) {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil, nil, nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value != key {
			continue
		}
		if k != nil {
			return nil, nil, &duplicateKeyError{key, k.Line, node.Content[i].Line}
		}
		k, v = node.Content[i], node.Content[i+1]
	}
	return k, v, nil
}

// fieldAt follows keys down from node, as field does.
func fieldAt(node *yaml.Node, keys ...string) (*yaml.Node, error) {
	var err error
	for _, key := range keys {
		if node, err = field(node, key); node == nil || err != nil {
			return nil, err
		}
	}
	return node, nil
}

// textAt is the scalar that keys lead to, "" where there is none.
func textAt(node *yaml.Node, keys ...string) (string, error) {
	value, err := fieldAt(node, keys...)
	if err != nil || value == nil || value.Kind != yaml.ScalarNode {
		return "", err
	}
	return value.Value, nil
}

// items are the entries of a sequence; nil for anything else.
func items(node *yaml.Node) []*yaml.Node {
	if node == nil || node.Kind != yaml.SequenceNode {
		return nil
	}
	return node.Content
}

func isNull(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.ShortTag() == tagNull
}

// named is the last mapping of a list whose `name` is the given one: where
// a container has a variable twice, Kubernetes takes the last.
func named(list *yaml.Node, name string) (*yaml.Node, error) {
	var found *yaml.Node
	for _, item := range items(list) {
		is, err := textAt(item, "name")
		if err != nil {
			return nil, err
		}
		if is == name {
			found = item
		}
	}
	return found, nil
}

// text is a new string scalar. What YAML 1.1 takes for a bool is quoted, as
// Kubernetes's own library still reads it so (sigs.k8s.io/yaml).
func text(value string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: tagString, Value: value}
	switch strings.ToLower(value) {
	case "y", "n", "yes", "no", "on", "off":
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

// pair is a key with its value, for mapping.
type pair struct {
	key   string
	value *yaml.Node
}

// mapping is a new mapping; a pair without a value is left out.
func mapping(pairs ...pair) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode, Tag: tagMap}
	for _, p := range pairs {
		if p.value != nil {
			node.Content = append(node.Content, text(p.key), p.value)
		}
	}
	return node
}

// sequence is a new sequence.
func sequence(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: tagSeq, Content: items}
}

// setField sets a key of a mapping, in front of the others when it is new. A
// scalar in the place of a scalar keeps the old one's node, and so its style.
func setField(node *yaml.Node, key string, value *yaml.Node) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value != key {
			continue
		}
		old := node.Content[i+1]
		if old.Kind == yaml.ScalarNode && value.Kind == yaml.ScalarNode && !isNull(old) {
			old.Value, old.Tag = value.Value, value.Tag
		} else {
			node.Content[i+1] = value
		}
		return
	}
	node.Content = append([]*yaml.Node{text(key), value}, node.Content...)
}
