package render

import (
	"bytes"

	"go.yaml.in/yaml/v3"
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
	written, err := encode(tree, indentsLists(tree))
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

// cutMarkers cuts a document's text before its first line of content and
// before the `...` that ends it. The head has the `---` and the comments.
func cutMarkers(text []byte) (head, body, tail []byte) {
	at, marked := 0, false
	if bytes.HasPrefix(text, byteOrderMark) {
		at = len(byteOrderMark)
	}
	for at < len(text) {
		line := firstLine(text[at:])
		opens := !marked && isMarker(line, "---") && isPrefix(line[len("---"):])
		if !opens && (!isPrefix(line) || marked && line[0] == '%') {
			break
		}
		marked = marked || opens
		at += len(line)
	}
	head, body = text[:at], text[at:]
	for end := 0; end < len(body); {
		line := firstLine(body[end:])
		if isMarker(line, "...") {
			return head, body[:end], body[end:]
		}
		end += len(line)
	}
	return head, body, nil
}

// withoutAnchors copies a tree without its anchors.
func withoutAnchors(tree *yaml.Node) *yaml.Node {
	bare := *tree
	bare.Anchor = ""
	bare.Content = nil
	for _, child := range tree.Content {
		bare.Content = append(bare.Content, withoutAnchors(child))
	}
	return &bare
}

// withoutHeadComment drops the comment that stands above a document.
func withoutHeadComment(root *yaml.Node) {
	root.HeadComment = ""
	if len(root.Content) > 0 {
		root.Content[0].HeadComment = ""
	}
}
