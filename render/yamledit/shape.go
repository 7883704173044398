package yamledit

import (
	"cmp"
	"fmt"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A Shape says what a program reads or edits of a tree, so that a tree can be held against it once
// and then be read without errors. The zero Shape is a value of any kind.
type Shape struct {
	Fields map[string]*Shape // of a mapping: the fields that are read, each with its shape
	Rest   *Shape            // of a mapping: every other field, when those are read too
	Items  *Shape            // of a sequence: each item
}

// A DuplicateKeyError is a key that a mapping has twice where it is read: kyaml takes the first,
// Kubernetes the last.
type DuplicateKeyError struct {
	Key         string
	Line, Again int // of the first and the second, from 1 in the document; 0 behind an alias
}

func (e *DuplicateKeyError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("duplicate key %q", e.Key)
	}
	return fmt.Sprintf("duplicate key %q, first on line %d", e.Key, e.Line)
}

// A KindError is a field that is not of the kind that its shape says.
type KindError struct {
	Field string // the last key on the way to it
	Want  string // "mapping" or "list"
}

func (e *KindError) Error() string { return "it is not a " + e.Want }

// Check holds a tree against the shape, and is a [*DuplicateKeyError] or a [*KindError] for the
// first place where it differs. A null has any shape.
func (s *Shape) Check(node *yaml.RNode) error { return s.check(node.YNode(), "") }

func (s *Shape) check(node *yaml.Node, field string) error {
	switch isMapping := s.Fields != nil || s.Rest != nil; {
	case node == nil || yaml.IsYNodeTaggedNull(node):
		return nil
	case isMapping && node.Kind != yaml.MappingNode:
		return &KindError{Field: field, Want: "mapping"}
	case isMapping:
		return s.checkFields(node)
	case s.Items == nil:
		return nil
	case node.Kind != yaml.SequenceNode:
		return &KindError{Field: field, Want: "list"}
	}
	for _, item := range node.Content {
		if err := s.Items.check(item, field); err != nil {
			return err
		}
	}
	return nil
}

func (s *Shape) checkFields(node *yaml.Node) error {
	lines := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		shape := cmp.Or(s.Fields[key.Value], s.Rest)
		if shape == nil {
			continue
		}
		if line, twice := lines[key.Value]; twice {
			return &DuplicateKeyError{Key: key.Value, Line: line, Again: key.Line}
		}
		lines[key.Value] = key.Line
		if err := shape.check(value, key.Value); err != nil {
			return err
		}
	}
	return nil
}
