package redact

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A finder collects the spans that are shown, by their line in the document.
type finder struct {
	lines    [][]byte
	found    map[int][]span
	isSecret bool // the document holds a Secret
}

// shownIn returns what is shown of a document, and whether it holds a Secret.
func shownIn(document []byte, lines [][]byte) (found map[int][]span, isSecret bool) {
	decoder := yaml.NewDecoder(bytes.NewReader(document))
	var root, second yaml.Node
	if decoder.Decode(&root) != nil || !errors.Is(decoder.Decode(&second), io.EOF) || len(root.Content) != 1 {
		return nil, true
	}
	f := &finder{lines: lines, found: map[int][]span{}}
	f.object(root.Content[0])
	for _, spans := range f.found {
		slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	}
	return f.found, f.isSecret
}

// object collects what is shown of a Kubernetes object, or of the items of a list.
func (f *finder) object(node *yaml.Node) {
	kind := scalarAt(node, "kind")
	switch {
	case strings.HasSuffix(kind, "List"):
		eachField(node, func(key, value *yaml.Node) {
			f.show(key)
			switch key.Value {
			case "kind", "apiVersion":
				f.show(value)
			case "items":
				for _, item := range value.Content {
					f.object(item)
				}
			}
		})
		f.isSecret = f.isSecret || kind == "SecretList"
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
			f.show(key)
			below := path + "." + key.Value
			if strings.HasSuffix(below, ".env.value") && isShownVariable(name) {
				below += "." + name
			}
			f.walk(value, below, shown)
		})
	case yaml.SequenceNode:
		for _, item := range node.Content {
			f.walk(item, path, shown)
		}
	case yaml.ScalarNode:
		if shown(path) && !mayHoldPassword(node.Value) {
			f.show(node)
		}
	}
}

// maxLine is the longest line of which something is shown, in bytes. Finding thousands of scalars in one
// line would take a time that grows with its square.
const maxLine = 64 << 10

// show notes a scalar as shown: one on a line of its own form, or the lines of a literal block. One that
// is written in another way than its value stays hidden, which is safe.
func (f *finder) show(node *yaml.Node) {
	at := node.Line - 1
	if node.Kind != yaml.ScalarNode || at < 0 || at >= len(f.lines) {
		return
	}
	if node.Style&yaml.LiteralStyle != 0 {
		f.showLines(at+1, node.Value)
		return
	}
	if len(f.lines[at]) > maxLine {
		return
	}
	line := string(f.lines[at])
	start := offsetOf(line, node.Column-1)
	if start < 0 {
		return
	}
	for _, written := range []string{node.Value, `"` + node.Value + `"`, `'` + node.Value + `'`} {
		if written != "" && strings.HasPrefix(line[start:], written) && endsScalar(line[start+len(written):]) {
			f.found[at] = append(f.found[at], span{start, start + len(written)})
			return
		}
	}
}

// showLines notes the lines of a literal block as shown, from its first line on.
func (f *finder) showLines(at int, value string) {
	for line := range strings.Lines(value) {
		if at >= len(f.lines) || strings.TrimSpace(string(f.lines[at])) != strings.TrimSpace(line) {
			return
		}
		body := strings.TrimRight(string(f.lines[at]), "\r\n")
		f.found[at] = append(f.found[at], span{0, len(body)})
		at++
	}
}

// offsetOf returns the byte offset of a column, in runes from 0, of a line; -1 for none.
func offsetOf(line string, column int) int {
	for offset := range line {
		if column == 0 {
			return offset
		}
		column--
	}
	return -1
}

// endsScalar reports whether a scalar can end in front of a text.
func endsScalar(rest string) bool {
	return rest == "" || strings.ContainsRune(" \t\r\n:,]}", rune(rest[0]))
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

// scalarAt returns the last scalar under a key of a mapping, which is the one that Kubernetes reads.
func scalarAt(node *yaml.Node, name string) (value string) {
	eachField(node, func(key, field *yaml.Node) {
		if key.Value == name && field.Kind == yaml.ScalarNode {
			value = field.Value
		}
	})
	return value
}
