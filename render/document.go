package render

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// A document is one piece of the stream. Its tree is read only when something
// in it can concern the filter; edits change the tree named after, and render
// brings them into the text.
type document struct {
	number int    // position in the stream, from 1
	line   int    // lines of the stream above it
	text   []byte // as it came

	before *yaml.Node // the tree of text; nil until parse
	after  *yaml.Node // the tree that edits change
	origin map[*yaml.Node]*yaml.Node
	listed []*object // in the edited tree; nil until objects
	budget *int      // of the stream, for aliases
}

// parse reads the tree, once.
func (d *document) parse() error {
	if d.after != nil {
		return nil
	}
	before, err := parseWithin(d.text, d.budget)
	if err != nil {
		return err
	}
	d.before, d.origin = before, map[*yaml.Node]*yaml.Node{}
	d.after = clone(before, d.origin)
	return nil
}

// contains tells whether the text holds every one of the words. It is what
// keeps parsing away from nearly all documents, and can miss only words that
// are written with escapes ("CI_SERVER\x5fURL"), as templates never do.
func (d *document) contains(words ...string) bool {
	for _, word := range words {
		if !bytes.Contains(d.text, []byte(word)) {
			return false
		}
	}
	return true
}

// changed tells whether an edit of the tree has to reach the text.
func (d *document) changed() bool {
	return d.after != nil && !same(d.before, d.after)
}

// render is the text with the edits of the tree: written into it where that
// is possible, serialized anew where it is not. Either is read again, and has
// to give the edited tree.
func (d *document) render() ([]byte, error) {
	if !d.changed() {
		return d.text, nil
	}
	spliced, err := splice(d.text, d.before, d.after, d.origin)
	switch {
	case err == nil && holds(spliced, d.after):
		return spliced, nil
	case err != nil && !errors.Is(err, errNoPlace):
		return nil, err
	}
	written, tree, err := serialize(d.text, d.after)
	if err != nil {
		return nil, err
	}
	if !holds(written, tree) {
		return nil, errors.New("the edited document cannot be written as YAML")
	}
	return written, nil
}

// holds tells whether a text is one document with this tree.
func holds(text []byte, tree *yaml.Node) bool {
	again, err := parse(text)
	return err == nil && same(again, tree)
}

// sourceComment is what Helm puts above a document: the template that it was
// rendered from. What breaks a line of YAML, a lone CR too, is no part of it.
var sourceComment = regexp.MustCompile(`(?m)^\x{FEFF}?# Source: ([^\pC\p{Zl}\p{Zp}]*?)\s*$`)

// source is the path in the `# Source:` comment, "" where there is none.
func (d *document) source() string {
	head, _, _ := cutMarkers(d.text)
	if found := sourceComment.FindSubmatch(head); found != nil {
		return string(found[1])
	}
	return ""
}

// place names the document in messages.
func (d *document) place() string {
	place := "document " + strconv.Itoa(d.number)
	if source := d.source(); source != "" {
		place += " (" + source + ")"
	}
	return place
}
