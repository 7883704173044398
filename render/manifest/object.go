package manifest

import (
	"cmp"
	"errors"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// An Object is a Kubernetes object of a document: the document itself, or an item of the List in it.
type Object struct {
	Document        *yamledit.Document
	Node            *yaml.RNode // in the document's edited tree
	Kind            string
	Name, Namespace string // Namespace is "" for the release's

	siblings  *yaml.RNode // the items of the List that it is in; nil for a document of its own
	data      error       // the fault that Find has found in its data
	checked   bool        // by Find
	withdrawn bool
}

// String returns the object's name in messages: "Deployment/ci-gitlab-runner".
func (o *Object) String() string { return strings.TrimSuffix(o.Kind+"/"+o.Name, "/") }

// objectsOf reads a document and lists its objects.
func objectsOf(doc *yamledit.Document) ([]*Object, error) {
	root, err := doc.Root()
	if err != nil {
		return nil, WithPlace(doc, err)
	}
	return flatten(doc, root, "")
}

// flatten lists an object, or the items of a List (`kind: List` of kubectl, DeploymentList of the
// API, whose items may leave out their kind).
func flatten(doc *yamledit.Document, node *yaml.RNode, listed string) ([]*Object, error) {
	meta, err := node.GetMeta()
	if err != nil && !errors.Is(err, yaml.ErrMissingMetadata) {
		return nil, WithPlace(doc, err)
	}
	o := &Object{Document: doc, Node: node, Kind: cmp.Or(meta.Kind, listed), Name: meta.Name, Namespace: meta.Namespace}
	if strings.HasSuffix(o.Kind, "List") {
		return o.flattenItems()
	}
	if node.YNode().Kind != yaml.MappingNode {
		return []*Object{o}, nil
	}
	return []*Object{o}, o.Check(identity)
}

func (o *Object) flattenItems() ([]*Object, error) {
	if err := o.Check(listShape); err != nil {
		return nil, err
	}
	var all []*Object
	for _, item := range List(o.Node, "items") {
		inner, err := flatten(o.Document, item, strings.TrimSuffix(o.Kind, "List"))
		if err != nil {
			return nil, err
		}
		for _, one := range inner {
			if one.siblings == nil {
				one.siblings = Value(o.Node, "items")
			}
		}
		all = append(all, inner...)
	}
	return all, nil
}

// MayShare reports whether two objects can be in one namespace: an absent namespace is the
// release's, which the stream does not have.
func MayShare(a, b string) bool { return a == b || a == "" || b == "" }

// Check checks the object against the Shape of what is going to be read.
func (o *Object) Check(shape *yamledit.Shape) error { return o.WithPlace(shape.Check(o.Node)) }

// Refuse makes the Error of an object's field.
func (o *Object) Refuse(code trust.Code, field, format string, args ...any) error {
	return refuse(o.Document, o.String(), code, field, format, args...)
}

// WithPlace adds the object's place to an error of reading it; nil for nil.
func (o *Object) WithPlace(err error) error {
	if err == nil {
		return nil
	}
	return withPlace(o.Document, o.String(), err)
}

// Label returns the name of the object's document in messages.
func (o *Object) Label() string { return documentLabel(o.Document) }

// remove takes the object out of its stream.
func (o *Object) remove() {
	if o.siblings == nil {
		o.Document.Remove()
		return
	}
	yamledit.Retain(o.siblings, func(item *yaml.RNode) bool { return item.YNode() != o.Node.YNode() })
}

// IsHook reports whether Helm keeps the object out of the release
// (helm.sh/helm/v3/pkg/release/hook.go).
func (o *Object) IsHook() bool {
	return Value(o.Node, "metadata", "annotations", "helm.sh/hook") != nil
}
