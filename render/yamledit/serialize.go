package yamledit

import (
	"bytes"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// serialize writes a tree as a whole in the place of a document's text, for texts that cannot be
// edited. What stands up to a `---` line of its own, and from a `...` line on, is kept, as are CRLF
// line ends; the lines between are kyaml's.
func serialize(text []byte, _, edited *yaml.Node) ([]byte, error) {
	head, body, tail := cutMarkers(text)
	tree := writable(edited)
	tree.HeadComment = "" // it stays in the head
	if len(tree.Content) > 0 {
		tree.Content[0].HeadComment = ""
	}
	written, err := encode(tree, text)
	if bytes.HasPrefix(body, []byte("---")) {
		written = append([]byte("---\n"), written...)
	}
	if bytes.Contains(body, []byte("\r\n")) {
		written = bytes.ReplaceAll(written, []byte("\n"), []byte("\r\n"))
	}
	return bytes.Join([][]byte{head, written, tail}, nil), err
}

// encode writes a tree as kyaml does, with lists indented as in a text; not indented without one.
func encode(tree *yaml.Node, text []byte) ([]byte, error) {
	lists := yaml.SequenceIndentStyle(yaml.DeriveSeqIndentStyle(string(text)))
	return yaml.MarshalWithOptions(tree, &yaml.EncoderOptions{SeqIndent: lists})
}

// writable copies a tree without its anchors, of which the aliases are expanded, and without folded
// scalars, which go.yaml.in/yaml/v3 writes so that they read otherwise where a line is indented.
func writable(tree *yaml.Node) *yaml.Node {
	copied := *tree
	copied.Anchor, copied.Content = "", nil
	switch {
	case tree.Style&yaml.FoldedStyle != 0:
		copied.Style = tree.Style&^yaml.FoldedStyle | yaml.LiteralStyle
	case !slices.ContainsFunc(tree.Content, func(child *yaml.Node) bool { return child.Line > 0 }):
		copied.Style = tree.Style &^ yaml.FlowStyle // what was `[]` has only new entries
	}
	for i, child := range tree.Content {
		child = writable(child)
		if tree.Kind == yaml.MappingNode && i%2 == 1 && len(child.Content) > 0 && child.Style == 0 { // `[] # comment`
			copied.Content[i-1].LineComment += child.LineComment
			child.LineComment = ""
		}
		copied.Content = append(copied.Content, child)
	}
	return &copied
}
