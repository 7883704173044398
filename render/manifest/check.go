package manifest

import (
	"fmt"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Keys are the keys that are read or edited of an object, in whatever mapping they are, with what they
// hold. Other keys are not checked: real charts have duplicate ones in other places.
type Keys map[string]Holds

// Holds is what a key holds.
type Holds int

// What a key can hold.
const (
	Anything Holds = iota // which is not looked into
	Mapping               // of further keys
	Items                 // mappings of further keys, or scalars
	Entries               // a mapping of any keys, each once
)

var (
	// identity is what every object of a document is known by.
	identity = Keys{"kind": Anything, "metadata": Mapping, "name": Anything, "namespace": Anything}

	list = Keys{"kind": Anything, "items": Items}

	dataKeys = Keys{"immutable": Anything, "data": Entries, "stringData": Entries, "binaryData": Entries}
)

// Check refuses an object that has one of the keys twice in a mapping, of which kyaml reads the first and
// Kubernetes the last, or one that holds something else. Reading the keys cannot fail after that. A null
// is as good as none.
func (o *Object) Check(keys Keys) error { return o.check(o.Node.YNode(), keys) }

// check checks a value; without keys, that its own are there once each.
func (o *Object) check(node *yaml.Node, keys Keys) error {
	if node.Kind == yaml.SequenceNode {
		for _, item := range node.Content {
			if err := o.check(item, keys); err != nil {
				return err
			}
		}
	}
	if node.Kind != yaml.MappingNode {
		return nil
	}
	lines := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		holds, isRead := keys[key.Value]
		line, twice := lines[key.Value]
		lines[key.Value] = key.Line
		switch {
		case !isRead && keys != nil:
			continue
		case twice:
			return o.duplicate(key, line)
		case holds == Anything || yaml.IsYNodeTaggedNull(value):
			continue
		case holds == Items && value.Kind != yaml.SequenceNode:
			return o.Refuse(BadDocument, key.Value, "it is not a list")
		case holds != Items && value.Kind != yaml.MappingNode:
			return o.Refuse(BadDocument, key.Value, "it is not a mapping")
		}
		inner := keys
		if holds == Entries {
			inner = nil
		}
		if err := o.check(value, inner); err != nil {
			return err
		}
	}
	return nil
}

// duplicate makes the Error of a key that is on a line above already. Behind an alias, nodes have no line.
func (o *Object) duplicate(key *yaml.Node, line int) error {
	e := &Error{Code: BadDocument, Document: o.Label(), Object: o.String(), Err: fmt.Errorf("duplicate key %q", key.Value)}
	if key.Line > 0 {
		above := o.Document.LinesAbove
		e.Line, e.Err = above+key.Line, fmt.Errorf("%w, first on line %d", e.Err, above+line)
	}
	return e
}
