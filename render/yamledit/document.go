package yamledit

import (
	"bytes"
	"errors"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A Document is one piece of a stream. Its tree is read when [Document.Root] is first asked for,
// and edits of the tree are brought into the text by [Document.Bytes].
type Document struct {
	Number     int    // position in the stream, from 1
	LinesAbove int    // in the stream
	Text       []byte // as it came, with the comments above it and its `---` line
	Rewritten  bool   // whether the last call of Bytes serialized it as a whole
	Removed    bool   // whether it is taken out of the stream

	stream *Stream
	before *yaml.Node // the tree of Text; nil until Root
	after  *yaml.Node // the tree that edits change
}

// Head is what stands above the content: comments, directives, the `---` line.
func (d *Document) Head() []byte {
	head, _, _ := cutMarkers(d.Text)
	return head
}

// IsBlank reports whether the document has only comments and space.
func (d *Document) IsBlank() bool {
	_, body, _ := cutMarkers(d.Text)
	return len(body) == 0
}

// IsUTF16 reports whether a text begins as UTF-16 does; as a document, it is refused.
func IsUTF16(text []byte) bool {
	return bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff"))
}

// HasCRLF reports whether lines of the document end in CR LF.
func (d *Document) HasCRLF() bool { return bytes.Contains(d.Text, []byte("\r\n")) }

// Contains reports whether the text holds every one of the words. It is what keeps parsing away
// from nearly all documents, and can miss only words that are written with escapes
// ("CI_SERVER\x5fURL"), as templates never do.
func (d *Document) Contains(words ...string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !bytes.Contains(d.Text, []byte(word)) })
}

// Root is the tree that edits change, read at the first call. Aliases in it are expanded,
// and merge keys refused. The text has to hold exactly one document; an error is a [*SyntaxError].
func (d *Document) Root() (*yaml.RNode, error) {
	if d.after == nil {
		before, err := parse(d.Text, &d.stream.expanded)
		if err != nil {
			return nil, newSyntaxError(err)
		}
		d.before, d.after = before, yaml.CopyYNode(before)
	}
	return yaml.NewRNode(d.after), nil
}

// Bytes returns the text with the edits of the tree: carried over into it where that is possible, else the
// tree serialized as a whole. Either is read again, and has to give the edited tree. Of a document that
// was removed, the `...` that ends it stays.
func (d *Document) Bytes() ([]byte, error) {
	switch {
	case d.Removed:
		_, _, tail := cutMarkers(d.Text)
		return tail, nil
	case d.after == nil || same(d.before, d.after):
		return d.Text, nil
	}
	for i, write := range []func(text []byte, before, after *yaml.Node) ([]byte, error){carry, serialize} {
		if written, err := write(d.Text, d.before, d.after); err == nil && holds(written, d.after) {
			d.Rewritten = i > 0
			return written, nil
		}
	}
	return nil, errors.New("the edited document cannot be written as YAML")
}

// holds reports whether a text is one document with this tree.
func holds(text []byte, tree *yaml.Node) bool {
	again, err := parse(text, new(int))
	return err == nil && same(again, tree)
}

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
