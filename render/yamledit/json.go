package yamledit

import (
	"bytes"
	"encoding/json"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// encodeJSON writes a tree as JSON, its keys in the tree's order: on one line, or indented, as the
// document is.
func encodeJSON(document []byte, tree *yaml.Node) ([]byte, error) {
	var compact, indented bytes.Buffer
	writeJSON(&compact, tree)
	compact.WriteByte('\n')
	_, below, hasLines := bytes.Cut(bytes.TrimSpace(document), []byte("\n"))
	if !hasLines {
		return compact.Bytes(), nil
	}
	indent := below[:len(below)-len(bytes.TrimLeft(below, " \t"))]
	err := json.Indent(&indented, compact.Bytes(), "", string(indent))
	return indented.Bytes(), err
}

func writeJSON(out *bytes.Buffer, node *yaml.Node) {
	switch {
	case node.Kind == yaml.ScalarNode && node.ShortTag() == yaml.NodeTagString:
		out.WriteString(jsonText(node.Value))
		return
	case node.Kind == yaml.ScalarNode:
		out.WriteString(node.Value) // as it was, or a bool of an edit
		return
	}
	brackets := "[]"
	if node.Kind == yaml.MappingNode {
		brackets = "{}"
	}
	out.WriteByte(brackets[0])
	for i, child := range node.Content {
		switch {
		case node.Kind == yaml.MappingNode && i%2 == 1:
			out.WriteByte(':')
		case i > 0:
			out.WriteByte(',')
		}
		writeJSON(out, child)
	}
	out.WriteByte(brackets[1])
}

// jsonText is a string in JSON, with its quotes.
func jsonText(value string) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // a string can be written
	}
	return strings.TrimSuffix(out.String(), "\n")
}
