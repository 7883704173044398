package yamledit

import (
	"bytes"
	"encoding/json"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// serialize writes a tree as a whole in the place of a document's text, for texts that cannot be
// edited. What stands up to a `---` line of its own, and from a `...` line on, is kept, as are CRLF
// line ends, and JSON stays JSON; the lines between are kyaml's. The tree that is returned is the one
// that the new text holds: anchors are gone, as their aliases have been expanded.
func serialize(text []byte, tree *yaml.Node) ([]byte, *yaml.Node, error) {
	head, body, tail := cutMarkers(text)
	content := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("---")))
	isJSON := json.Valid(content)
	tree = writable(tree, isJSON)
	tree.HeadComment = "" // it stays in the head
	if len(tree.Content) > 0 {
		tree.Content[0].HeadComment = ""
	}
	written, err := encode(tree, listStyle(text))
	if isJSON && err == nil {
		written, err = asJSON(written, content)
	}
	if bytes.HasPrefix(body, []byte("---")) {
		written = append([]byte("---\n"), written...)
	}
	if bytes.Contains(body, []byte("\r\n")) {
		written = bytes.ReplaceAll(written, []byte("\n"), []byte("\r\n"))
	}
	return bytes.Join([][]byte{head, written, tail}, nil), tree, err
}

// asJSON indents JSON as that before it, or leaves it on one line.
func asJSON(written, before []byte) ([]byte, error) {
	var out bytes.Buffer
	_, below, hasLines := bytes.Cut(before, []byte("\n"))
	if !hasLines {
		err := json.Compact(&out, written)
		return append(bytes.TrimSpace(out.Bytes()), '\n'), err
	}
	indent := below[:len(below)-len(bytes.TrimLeft(below, " \t"))]
	err := json.Indent(&out, written, "", string(indent[:min(8, len(indent))]))
	return out.Bytes(), err
}

// writable copies a tree without its anchors, and without what go.yaml.in/yaml/v3 writes wrong: in a
// flow collection, a null without a word becomes a part of its key. For JSON, everything is in
// brackets and quotes.
func writable(tree *yaml.Node, isJSON bool) *yaml.Node {
	copied := *tree
	copied.Anchor, copied.Content, copied.Style = "", nil, writableStyle(tree.Style)
	switch {
	case isJSON && tree.Kind != yaml.ScalarNode:
		copied.Style = yaml.FlowStyle
	case isJSON && tree.ShortTag() == yaml.NodeTagString:
		copied.Style = yaml.DoubleQuotedStyle
	}
	for _, child := range tree.Content {
		child = writable(child, isJSON)
		if tree.Style&yaml.FlowStyle != 0 && yaml.IsYNodeTaggedNull(child) && child.Value == "" {
			child.Value = "null"
		}
		copied.Content = append(copied.Content, child)
	}
	return &copied
}

// writableStyle makes a folded scalar a literal one: with indented lines, go.yaml.in/yaml/v3 writes
// it so that it reads otherwise.
func writableStyle(style yaml.Style) yaml.Style {
	if style&yaml.FoldedStyle != 0 {
		return style&^yaml.FoldedStyle | yaml.LiteralStyle
	}
	return style
}
