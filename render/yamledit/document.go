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
