package yamledit

import (
	"bytes"
	"encoding/json"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// serialize writes a tree as a whole in the place of a document's text, for
// texts that cannot be edited. What stands up to a `---` line of its own, and
// from a `...` line on, is kept, as are CRLF line ends; the lines between are
// kyaml's. The tree that is returned is the one that the new text holds:
// anchors are gone, as their aliases have been expanded.
func serialize(text []byte, tree *yaml.Node) ([]byte, *yaml.Node, error) {
	tree = withoutAnchors(tree)
	withoutHeadComment(tree) // it stays in the head
	head, body, tail := cutMarkers(text)
	written, err := encodeDocument(text, body, tree)
	if err != nil {
		return nil, nil, err
	}
	if bytes.HasPrefix(body, []byte("---")) {
		written = append([]byte("---\n"), written...)
	}
	if len(head) > 0 && head[len(head)-1] != '\n' {
		head = append(bytes.Clone(head), '\n')
	}
	if bytes.Contains(body, []byte("\r\n")) {
		written = bytes.ReplaceAll(written, []byte("\n"), []byte("\r\n"))
	}
	return bytes.Join([][]byte{head, written, tail}, nil), tree, nil
}

// encodeDocument writes a tree as JSON where the document's content is JSON, else as kyaml does.
func encodeDocument(text, content []byte, tree *yaml.Node) ([]byte, error) {
	if json.Valid(content) {
		return encodeJSON(content, tree)
	}
	return encodeWithin(limitFor(text), tree, yaml.SequenceIndentStyle(yaml.DeriveSeqIndentStyle(string(text))))
}

// withoutAnchors copies a tree without its anchors, and without what go.yaml.in/yaml/v3 writes wrong:
// in a flow collection, a null without a word becomes a part of its key.
func withoutAnchors(tree *yaml.Node) *yaml.Node {
	bare := *tree
	bare.Anchor, bare.Content, bare.Style = "", nil, writableStyle(bare.Style)
	for _, child := range tree.Content {
		child = withoutAnchors(child)
		if tree.Style&yaml.FlowStyle != 0 && yaml.IsYNodeTaggedNull(child) && child.Value == "" {
			child.Value = "null"
		}
		bare.Content = append(bare.Content, child)
	}
	return &bare
}

// writableStyle makes a folded scalar a literal one: with indented lines, go.yaml.in/yaml/v3 writes
// it so that it reads otherwise.
func writableStyle(style yaml.Style) yaml.Style {
	if style&yaml.FoldedStyle != 0 {
		return style&^yaml.FoldedStyle | yaml.LiteralStyle
	}
	return style
}

// withoutHeadComment drops the comment that stands above a document.
func withoutHeadComment(root *yaml.Node) {
	root.HeadComment = ""
	if len(root.Content) > 0 {
		root.Content[0].HeadComment = ""
	}
}
