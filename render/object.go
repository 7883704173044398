package render

import (
	"cmp"
	"errors"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

// An object is a Kubernetes object of a document: the document itself, or an item of the List that
// it holds.
type object struct {
	doc             *yamledit.Document
	node            *yaml.RNode // in the document's edited tree
	kind            string
	name, namespace string
	siblings        *yaml.RNode // the items of the List that it is one of; nil for a document of its own
	fault           error       // what is wrong with its shape, as far as its kind is read; nil for nothing
}

// String is how messages name the object: "Deployment/ci-gitlab-runner".
func (o *object) String() string { return strings.TrimSuffix(o.kind+"/"+o.name, "/") }

// objectsOf reads a document and lists what it holds.
func objectsOf(doc *yamledit.Document) ([]*object, error) {
	root, err := doc.Root()
	if err != nil {
		return nil, placed(doc, "", err)
	}
	return flatten(doc, root, "")
}

// flatten lists an object, or the items of a List (`kind: List` of kubectl, DeploymentList of the
// API, whose items may leave out their kind).
func flatten(doc *yamledit.Document, node *yaml.RNode, listed string) ([]*object, error) {
	meta, err := node.GetMeta()
	if err != nil && !errors.Is(err, yaml.ErrMissingMetadata) {
		return nil, placed(doc, "", err)
	}
	o := &object{doc: doc, node: node, kind: cmp.Or(meta.Kind, listed), name: meta.Name, namespace: meta.Namespace}
	if strings.HasSuffix(o.kind, "List") {
		return o.flattenItems()
	}
	if node.YNode().Kind != yaml.MappingNode {
		return []*object{o}, nil
	}
	if err := identity.Check(node); err != nil {
		return nil, o.placed(err)
	}
	if shape := byKind[o.kind]; shape != nil {
		o.fault = o.placed(shape.Check(node))
	}
	return []*object{o}, nil
}

func (o *object) flattenItems() ([]*object, error) {
	shape := mapping{"kind": leaf, "items": listOf(leaf)}.shape()
	if err := shape.Check(o.node); err != nil {
		return nil, o.placed(err)
	}
	var all []*object
	for _, item := range list(o.node, "items") {
		inner, err := flatten(o.doc, item, strings.TrimSuffix(o.kind, "List"))
		if err != nil {
			return nil, err
		}
		for _, one := range inner {
			if one.siblings == nil {
				one.siblings = value(o.node, "items")
			}
		}
		all = append(all, inner...)
	}
	return all, nil
}

// mayShare reports whether two objects can be in one namespace: an absent namespace is the
// release's, which the stream does not tell.
func mayShare(a, b string) bool { return a == b || a == "" || b == "" }

// isHook reports whether Helm keeps the object out of the release
// (helm.sh/helm/v3/pkg/release/hook.go).
func (o *object) isHook() bool {
	return value(o.node, "metadata", "annotations", "helm.sh/hook") != nil
}

// refuse makes the Error of an object's field.
func (o *object) refuse(code Code, field, format string, args ...any) error {
	return refuseAt(o.doc, o.String(), code, field, format, args...)
}

// placed gives an error of reading the object its place; nil for none.
func (o *object) placed(err error) error {
	if err == nil {
		return nil
	}
	return placed(o.doc, o.String(), err)
}
