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
	number int    // position in the stream, from 1
	line   int    // lines of the stream above it
	text   []byte // as it came
	stream *Stream

	before    *yaml.Node // the tree of text; nil until Root
	after     *yaml.Node // the tree that edits change
	rewritten bool       // by the last call of Bytes, as a whole
	removed   bool
}

// Number is the document's position in the stream, from 1.
func (d *Document) Number() int { return d.number }

// LinesAbove is how many lines of the stream stand above the document.
func (d *Document) LinesAbove() int { return d.line }

// Text is the document as it came, with the comments above it and its `---` line.
func (d *Document) Text() []byte { return d.text }

// Head is what stands above the content: comments, directives, the `---` line.
func (d *Document) Head() []byte {
	head, _, _ := cutMarkers(d.text)
	return head
}

// Rewritten reports whether the document was serialized as a whole when it was written.
func (d *Document) Rewritten() bool { return d.rewritten }

// IsBlank reports whether the document has only comments and space.
func (d *Document) IsBlank() bool {
	_, body, _ := cutMarkers(d.text)
	return len(body) == 0
}

// HasCRLF reports whether lines of the document end in CR LF.
func (d *Document) HasCRLF() bool { return bytes.Contains(d.text, []byte("\r\n")) }

// Contains reports whether the text holds every one of the words. It is what keeps parsing away
// from nearly all documents, and can miss only words that are written with escapes
// ("CI_SERVER\x5fURL"), as templates never do.
func (d *Document) Contains(words ...string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !bytes.Contains(d.text, []byte(word)) })
}

// Root is the tree that edits change, read at the first call. Aliases in it are expanded,
// and merge keys refused. The text has to hold exactly one document; an error is a [*SyntaxError].
func (d *Document) Root() (*yaml.RNode, error) {
	if d.after == nil {
		before, err := parse(d.text, &d.stream.expanded)
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
	case d.removed:
		_, _, tail := cutMarkers(d.text)
		return tail, nil
	case d.after == nil || same(d.before, d.after):
		return d.text, nil
	}
	for i, write := range []func(text []byte, before, after *yaml.Node) ([]byte, error){carry, serialize} {
		if written, err := write(d.text, d.before, d.after); err == nil && holds(written, d.after) {
			d.rewritten = i > 0
			return written, nil
		}
	}
	return nil, errors.New("the edited document cannot be written as YAML")
}

// Remove takes the document out of its stream.
func (d *Document) Remove() { d.removed = true }

// holds reports whether a text is one document with this tree.
func holds(text []byte, tree *yaml.Node) bool {
	again, err := parse(text, new(int))
	return err == nil && same(again, tree)
}
