package render

import (
	"cmp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// An object is a Kubernetes object of a document: the document itself, or an
// item of the List that it holds.
type object struct {
	doc             *document
	node            *yaml.Node // in the document's edited tree
	kind            string
	name, namespace string
}

// String is how messages name the object: "Deployment/ci-gitlab-runner".
func (o *object) String() string { return strings.TrimSuffix(o.kind+"/"+o.name, "/") }

// objects reads the document and returns what it holds.
func (d *document) objects() ([]*object, error) {
	if err := d.parse(); err != nil {
		return nil, d.at("", err)
	}
	if d.listed == nil {
		listed, err := d.flatten(d.after, "")
		if err != nil {
			return nil, err
		}
		d.listed = listed
	}
	return d.listed, nil
}

// flatten lists an object, or the items of a List (`kind: List` of kubectl,
// DeploymentList of the API, whose items may leave out their kind).
func (d *document) flatten(node *yaml.Node, listed string) ([]*object, error) {
	o := &object{doc: d, node: node}
	var err error
	if o.kind, err = textAt(node, "kind"); err != nil {
		return nil, d.at("", err)
	}
	o.kind = cmp.Or(o.kind, listed)
	if strings.HasSuffix(o.kind, "List") {
		list, err := field(node, "items")
		if err != nil {
			return nil, d.at(o.kind, err)
		}
		var all []*object
		for _, item := range items(list) {
			inner, err := d.flatten(item, strings.TrimSuffix(o.kind, "List"))
			if err != nil {
				return nil, err
			}
			all = append(all, inner...)
		}
		return all, nil
	}
	if o.name, err = textAt(node, "metadata", "name"); err != nil {
		return nil, d.at(o.kind, err)
	}
	if o.namespace, err = textAt(node, "metadata", "namespace"); err != nil {
		return nil, o.at(err)
	}
	return []*object{o}, nil
}

// sharesNamespace tells whether two objects can be in one namespace: an
// absent namespace is the release's, which the stream does not tell.
func (o *object) sharesNamespace(namespace string) bool {
	return o.namespace == namespace || o.namespace == "" || namespace == ""
}

// find returns the object of a kind and name that a runner's Deployment would
// refer to: in its namespace, else in one that may be the same; nil where the
// stream has none. Documents that do not parse hold nothing that Kubernetes
// would take.
func (f *filter) find(kind, name, namespace string) *object {
	var near *object
	for _, d := range f.documents {
		if !d.contains(kind, name) {
			continue
		}
		objects, err := d.objects()
		if err != nil {
			continue
		}
		for _, o := range objects {
			switch {
			case o.kind != kind || o.name != name || !o.sharesNamespace(namespace):
			case o.namespace == namespace:
				return o
			case near == nil:
				near = o
			}
		}
	}
	return near
}

// isHook tells whether Helm keeps the object out of the release
// (helm.sh/helm/v3/pkg/release/hook.go).
func (o *object) isHook() bool {
	hook, err := fieldAt(o.node, "metadata", "annotations", "helm.sh/hook")
	return err == nil && hook != nil
}
