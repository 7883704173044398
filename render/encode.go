package render

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// indentWidth is what Helm's charts and kyaml indent by.
const indentWidth = 2

// encode writes a tree as kyaml does: the `-` of a list in the column of its
// key, or indented as well.
func encode(tree *yaml.Node, indentLists bool) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(indentWidth)
	if !indentLists {
		encoder.CompactSeqIndent()
	}
	if err := encoder.Encode(tree); err != nil {
		return nil, err
	}
	err := encoder.Close()
	return out.Bytes(), err
}

// indentsLists tells whether the first block list of a tree was indented
// below its key, in the text that the tree was read from.
func indentsLists(tree *yaml.Node) bool {
	indents, _ := firstList(tree)
	return indents
}

func firstList(node *yaml.Node) (indents, found bool) {
	for i, child := range node.Content {
		isValue := node.Kind == yaml.MappingNode && i%2 == 1
		if isValue && child.Kind == yaml.SequenceNode && child.Style&yaml.FlowStyle == 0 && child.Line > 0 {
			return child.Column > node.Content[i-1].Column, true
		}
		if indents, found = firstList(child); found {
			return indents, true
		}
	}
	return false, false
}
