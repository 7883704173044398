// Package manifest reads the Kubernetes objects of a stream: it lists and finds them, reads their
// fields, and refuses them with their place in the stream.
//
// A part that somebody reads or edits is checked against its Keys first, so that reading it cannot
// fail. Other parts are not looked at and stay as they are. The package knows Kubernetes objects, and
// nothing of runners, pods or certificates.
package manifest

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

// A Stream is the objects of a stream, of which only those are read that somebody asks for.
type Stream struct {
	*yamledit.Stream
	Namespace string // of the release, in which objects without one are; "" where nobody knows it

	listed map[*yamledit.Document]listing
	named  func() map[string][]*yamledit.Document

	withdrawn []*Object
	added     []addition
}

// A listing is the result of reading a document.
type listing struct {
	objects []*Object
	err     error
}

// Read returns the objects of a stream. It reads no document yet.
func Read(stream *yamledit.Stream) *Stream {
	return &Stream{Stream: stream, listed: map[*yamledit.Document]listing{}, named: sync.OnceValue(func() map[string][]*yamledit.Document {
		return byName(stream.Documents)
	})}
}

// Objects lists the objects of a document, which is read once.
func (s *Stream) Objects(doc *yamledit.Document) ([]*Object, error) {
	known, done := s.listed[doc]
	if !done {
		if root, err := doc.Root(); err != nil {
			known.err = WithPlace(doc, err)
		} else if known.objects, known.err = flatten(&Object{Document: doc, Node: root}); known.err != nil {
			known.objects = nil
		}
		s.listed[doc] = known
	}
	return known.objects, known.err
}

// AreHooks reports whether a stream has nothing but Helm hooks, or nothing at all: Helm 4 can send
// hooks through a stream of their own. What cannot be read is nothing that Helm would run.
func (s *Stream) AreHooks() bool {
	return !slices.ContainsFunc(s.Documents, func(doc *yamledit.Document) bool {
		if !doc.Contains("helm.sh/hook") {
			return !doc.IsBlank()
		}
		objects, _ := s.Objects(doc)
		return len(objects) == 0 || slices.ContainsFunc(objects, func(o *Object) bool { return !o.IsHook() })
	})
}

// Find returns the ConfigMap or Secret that a pod of a namespace would refer to: in its namespace,
// else in one that may be the same; of several the last, which is applied last; nil where the stream has
// none. A document that cannot be read has nothing; see [Stream.Fault].
func (s *Stream) Find(kind, name, namespace string) (found *Object) {
	namespace = cmp.Or(namespace, s.Namespace)
	for _, doc := range slices.Concat(s.named()[name], s.named()[""]) {
		objects, _ := s.Objects(doc)
		for _, o := range objects {
			in := cmp.Or(o.Namespace, s.Namespace)
			switch {
			case !o.Is(kind, "v1") || o.Name != name || slices.Contains(s.withdrawn, o) || !MayShare(in, namespace):
			case found == nil, in == namespace, cmp.Or(found.Namespace, s.Namespace) != namespace:
				found = o
			}
		}
	}
	return found
}

// Fault returns why a document cannot be read that may have a ConfigMap or Secret of a name; nil without one.
func (s *Stream) Fault(name string) error {
	for _, doc := range slices.Concat(s.named()[name], s.named()[""]) {
		if _, err := s.Objects(doc); err != nil {
			return err
		}
	}
	return nil
}

// byName returns the documents that may have a ConfigMap or a Secret by the names in their texts, so that
// many runners do not search all documents each. Under "" are those with a name that does not show: as an
// alias, with an anchor, a tag or an escape, on lines of its own.
func byName(documents []*yamledit.Document) map[string][]*yamledit.Document {
	const blanks = " \t\"'" // and quotes
	colon, named := []byte(":"), map[string][]*yamledit.Document{}
	for _, doc := range documents {
		if !doc.Contains("ConfigMap") && !doc.Contains("Secret") {
			continue
		}
		for key, value, found := bytes.Cut(doc.Text, colon); found; key, value, found = bytes.Cut(value, colon) {
			if !bytes.HasSuffix(bytes.TrimRight(key, blanks+"\r\n"), []byte("name")) {
				continue
			}
			value := bytes.TrimLeft(value, blanks)
			name := string(value[:max(0, bytes.IndexAny(value, blanks+"\r\n,}#"))])
			if strings.ContainsAny(name, `&*!|>\?<`) {
				name = ""
			}
			if known := named[name]; len(known) == 0 || known[len(known)-1] != doc {
				named[name] = append(known, doc)
			}
		}
	}
	return named
}

// An addition is a new object, with the comment lines above it.
type addition struct {
	head string
	tree *yaml.RNode
	crlf bool
}

// Withdraw hides an object from Find, and takes it out of the stream in Finish.
func (s *Stream) Withdraw(o *Object) { s.withdrawn = append(s.withdrawn, o) }

// Add puts a new object behind the documents in Finish. Its head is comment lines that end in a line
// feed, or "".
func (s *Stream) Add(head string, tree *yaml.RNode, crlf bool) {
	s.added = append(s.added, addition{head, tree, crlf})
}

// Finish takes out what was withdrawn and appends what was added. Where both have the same data, the
// withdrawn objects stay where they are.
func (s *Stream) Finish() error {
	if slices.EqualFunc(s.withdrawn, s.added, func(o *Object, a addition) bool { return hasAll(o.Node, a.tree) }) {
		return nil
	}
	for _, o := range s.withdrawn {
		if o.siblings == nil {
			o.Document.Removed = true
		}
		yamledit.Retain(o.siblings, func(item *yaml.RNode) bool { return item.YNode() != o.Node.YNode() })
	}
	for _, a := range s.added {
		if err := s.Append(a.head, a.tree, a.crlf); err != nil {
			return err
		}
	}
	return nil
}

// hasAll reports whether an object has everything that a wanted one has, and no other data. Helm and
// the API server may have added to its metadata.
func hasAll(node, wanted *yaml.RNode) bool {
	if wanted.YNode().Kind != yaml.MappingNode {
		return node != nil && node.YNode().Kind == wanted.YNode().Kind && yaml.GetValue(node) == yaml.GetValue(wanted)
	}
	for _, key := range Fields(wanted) {
		if !hasAll(Value(node, key), Value(wanted, key)) {
			return false
		}
	}
	return len(Fields(Value(node, "data"))) == len(Fields(Value(wanted, "data")))
}
