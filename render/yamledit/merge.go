package yamledit

import (
	"errors"
	"fmt"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// mergeKeys replaces the `<<` entries of a mapping by the keys that they add, in the way of the
// library that Kubernetes and Helm read YAML with: entry by entry, so that a merge wins over what
// stands in front of it, and a key over a merge in front of it (mapping and merge in decode.go of
// go.yaml.in/yaml/v2). By https://yaml.org/type/merge.html, the mapping's own keys would always
// win.
func mergeKeys(node *yaml.Node) error {
	if node.Kind != yaml.MappingNode || !slices.ContainsFunc(node.Content, isMerge) {
		return nil
	}
	own, merged := newFieldList(), newFieldList()
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if !isMerge(key) {
			own.add(key, value)
			merged.drop(key.Value)
			continue
		}
		added, err := mergeFields(value)
		if err != nil {
			return fmt.Errorf("line %d: %w", node.Line, err)
		}
		for _, f := range added.fields {
			if at, found := own.last[f.key.Value]; found {
				own.fields[at].value = f.value
			} else {
				merged.drop(f.key.Value)
				merged.add(f.key, f.value)
			}
		}
	}
	node.Content = nil
	for _, f := range slices.Concat(own.fields, merged.fields) {
		if f.key != nil {
			node.Content = append(node.Content, f.key, f.value)
		}
	}
	return nil
}

func isMerge(key *yaml.Node) bool { return key.ShortTag() == yaml.MergeTag }

// A field is an entry of a mapping; without a key, one that was dropped.
type field struct{ key, value *yaml.Node }

// A fieldList is the fields of a mapping, and where the last one of each key stands.
type fieldList struct {
	fields []field
	last   map[string]int
}

func newFieldList() *fieldList { return &fieldList{last: map[string]int{}} }

func (l *fieldList) add(key, value *yaml.Node) {
	l.last[key.Value] = len(l.fields)
	l.fields = append(l.fields, field{key, value})
}

func (l *fieldList) drop(key string) {
	if at, found := l.last[key]; found {
		l.fields[at] = field{}
		delete(l.last, key)
	}
}

// mergeFields are the fields that one `<<` adds: those of its mapping, or of several, of which
// earlier ones win.
func mergeFields(value *yaml.Node) (*fieldList, error) {
	sources := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		sources = value.Content
	}
	added := newFieldList()
	for _, source := range sources {
		if source.Kind != yaml.MappingNode {
			return nil, errors.New("a merge key needs a mapping")
		}
		known := len(added.fields)
		for i := 0; i+1 < len(source.Content); i += 2 {
			key := source.Content[i]
			if at, found := added.last[key.Value]; found && at >= known {
				added.fields[at].value = source.Content[i+1] // twice in one mapping: the last
			} else if !found {
				added.add(key, source.Content[i+1])
			}
		}
	}
	return added, nil
}
