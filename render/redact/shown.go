package redact

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A finder collects the scalars of a document by the line that they begin in, from 0.
type finder struct {
	lines    []string
	scalars  map[int][]scalar
	literal  map[int]bool // lines of literal blocks that are shown
	isSecret bool         // the document holds a Secret
}

// A scalar is a key or a value, and whether it is shown.
type scalar struct {
	value string
	shown bool
}

// find returns what is shown of a document; nothing of one that does not parse.
func find(document []byte, lines []string) *finder {
	f := &finder{lines: lines, scalars: map[int][]scalar{}, literal: map[int]bool{}}
	decoder := yaml.NewDecoder(bytes.NewReader(document))
	var root, second yaml.Node
	if decoder.Decode(&root) != nil || !errors.Is(decoder.Decode(&second), io.EOF) {
		f.isSecret = true
		return f
	}
	f.object(root.Content[0])
	return f
}

// object collects what is shown of a Kubernetes object, or of the items of a list.
func (f *finder) object(node *yaml.Node) {
	kind := scalarAt(node, "kind")
	switch {
	case strings.HasSuffix(kind, "List"):
		eachField(node, func(key, value *yaml.Node) {
			f.add(key, true)
			switch key.Value {
			case "kind", "apiVersion":
				f.add(value, true)
			case "items":
				for _, item := range value.Content {
					f.object(item)
				}
			}
		})
	case kind == "Secret" || kind == "":
		f.isSecret = true
		f.walk(node, "", isOfIdentity)
	case kind == "ConfigMap" && isOurConfigMap(node):
		f.walk(node, "", func(path string) bool { return isShown(path) || strings.HasPrefix(path, ".data.") })
	default:
		f.walk(node, "", isShown)
	}
}

// walk collects the keys below a node, and the scalars whose paths are shown. The path of a field is
// ".spec.replicas", and items of lists are not counted: ".spec.template.spec.containers.image".
func (f *finder) walk(node *yaml.Node, path string, shown func(path string) bool) {
	switch node.Kind {
	case yaml.MappingNode:
		name := scalarAt(node, "name")
		eachField(node, func(key, value *yaml.Node) {
			f.add(key, true)
			below := path + "." + key.Value
			if strings.HasSuffix(below, ".env.value") && slices.Contains(shownVariables, name) {
				below += "." + name
			}
			f.walk(value, below, shown)
		})
	case yaml.SequenceNode:
		for _, item := range node.Content {
			f.walk(item, path, shown)
		}
	case yaml.ScalarNode:
		f.add(node, shown(path) && !strings.Contains(node.Value, "@")) // which the user info of a URL ends with
	}
}

// add adds a scalar; of a literal block that is shown, its lines too.
func (f *finder) add(node *yaml.Node, shown bool) {
	if node.Value == "" && node.Style == 0 {
		return // a null without a word
	}
	at := node.Line - 1
	f.scalars[at] = append(f.scalars[at], scalar{node.Value, shown})
	if !shown || node.Style&yaml.LiteralStyle == 0 {
		return
	}
	for line := range strings.Lines(node.Value) {
		if at++; at >= len(f.lines) || strings.TrimSpace(f.lines[at]) != strings.TrimSpace(line) {
			return
		}
		f.literal[at] = true
	}
}

// eachField visits the fields of a mapping, whose keys are scalars.
func eachField(node *yaml.Node, visit func(key, value *yaml.Node)) {
	if node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Kind == yaml.ScalarNode {
			visit(node.Content[i], node.Content[i+1])
		}
	}
}

// fieldAt returns the last field of a mapping under a key, which is the one that Kubernetes reads, and so on
// down the keys; an empty node for none.
func fieldAt(node *yaml.Node, keys ...string) *yaml.Node {
	for _, name := range keys {
		found := &yaml.Node{}
		eachField(node, func(key, value *yaml.Node) {
			if key.Value == name {
				found = value
			}
		})
		node = found
	}
	return node
}

// scalarAt returns the value of a scalar as fieldAt finds it; "" for none.
func scalarAt(node *yaml.Node, keys ...string) string {
	if field := fieldAt(node, keys...); field.Kind == yaml.ScalarNode {
		return field.Value
	}
	return ""
}
