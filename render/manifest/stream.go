package manifest

import (
	"cmp"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

// A Stream is the objects of a stream, of which only those are read that somebody asks for.
type Stream struct {
	*yamledit.Stream
	Namespace string // of the release, in which objects without one are; "" where nobody knows it

	listed map[*yamledit.Document]listing
	byName map[id][]*Object                // of the documents that were listed
	byText map[string][]*yamledit.Document // documents by the names in their text; nil until Find
	odd    []*yamledit.Document            // documents with a name that the text does not show

	withdrawn []*Object
	added     []addition
}

// An id is what one object refers to another by, within a namespace.
type id struct{ kind, name string }

// A listing is the result of reading a document.
type listing struct {
	objects []*Object
	err     error
}

// Read returns the objects of a stream. It reads no document yet.
func Read(stream *yamledit.Stream) *Stream {
	return &Stream{Stream: stream, listed: map[*yamledit.Document]listing{}, byName: map[id][]*Object{}}
}

// Objects lists the objects of a document, which is read once.
func (s *Stream) Objects(doc *yamledit.Document) ([]*Object, error) {
	known, done := s.listed[doc]
	if !done {
		known.objects, known.err = objectsOf(doc)
		if known.err != nil {
			known.objects = nil
		}
		s.listed[doc] = known
		for _, o := range known.objects {
			s.byName[id{o.Kind, o.Name}] = append(s.byName[id{o.Kind, o.Name}], o)
		}
	}
	return known.objects, known.err
}

// AreHooks reports whether a stream has nothing but Helm hooks, or nothing at all: Helm 4 can send
// hooks through a stream of their own.
func (s *Stream) AreHooks() bool {
	return !slices.ContainsFunc(s.Documents, func(doc *yamledit.Document) bool {
		return !doc.IsBlank() && !s.isHook(doc)
	})
}

// isHook reports whether all objects of a document are Helm hooks.
func (s *Stream) isHook(doc *yamledit.Document) bool {
	if !doc.Contains("helm.sh/hook") {
		return false
	}
	objects, err := s.Objects(doc)
	if err != nil {
		return false // then it is nothing that Helm would run
	}
	return len(objects) > 0 && !slices.ContainsFunc(objects, func(o *Object) bool { return !o.IsHook() })
}

// Find returns the ConfigMap or Secret that a pod of a namespace would refer to: in its namespace,
// else in one that may be the same; nil where the stream has none. Documents that do not parse have
// nothing that Kubernetes would take.
func (s *Stream) Find(kind, name, namespace string) (*Object, error) {
	if s.byText == nil {
		s.indexNames()
	}
	for _, doc := range slices.Concat(s.byText[name], s.odd) {
		_, _ = s.Objects(doc) // what does not parse is not found
	}
	s.odd = nil // listed by now
	inOrder := func(a, b *Object) int { return a.Document.Number() - b.Document.Number() }
	namespace = cmp.Or(namespace, s.Namespace)
	var found *Object
	for _, o := range slices.SortedStableFunc(slices.Values(s.byName[id{kind, name}]), inOrder) {
		switch {
		case o.withdrawn:
		case cmp.Or(o.Namespace, s.Namespace) == namespace && (found == nil || cmp.Or(found.Namespace, s.Namespace) != namespace):
			found = o
		case found == nil && MayShare(cmp.Or(o.Namespace, s.Namespace), namespace):
			found = o
		}
	}
	if found == nil {
		return nil, nil
	}
	if !found.checked {
		found.checked, found.data = true, found.Check(dataShape)
	}
	return found, found.data
}

// An addition is a new object, with the comment lines above it.
type addition struct {
	head string
	tree *yaml.RNode
	crlf bool
}

// Withdraw hides an object from Find, and takes it out of the stream in Finish.
func (s *Stream) Withdraw(o *Object) {
	o.withdrawn = true
	s.withdrawn = append(s.withdrawn, o)
}

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
		o.remove()
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
