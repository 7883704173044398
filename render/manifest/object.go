package manifest

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

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

	siblings *yaml.RNode // the items of the List that it is in; nil for a document of its own
	data     *entries    // of a ConfigMap or Secret; nil until it is read
}

// String returns the object's name in messages: "Deployment/ci-gitlab-runner".
func (o *Object) String() string { return strings.TrimSuffix(o.Kind+"/"+o.Name, "/") }

// flatten lists an object, or the items of a List (`kind: List` of kubectl, DeploymentList of the
// API, whose items may leave out their kind).
func flatten(o *Object) (all []*Object, err error) {
	o.Kind = cmp.Or(Text(o.Node, "kind"), o.Kind)
	o.Name, o.Namespace = Text(o.Node, "metadata", "name"), Text(o.Node, "metadata", "namespace")
	kind, isList := strings.CutSuffix(o.Kind, "List")
	if !isList {
		return []*Object{o}, o.Check(identity)
	}
	err = o.Check(list)
	for _, item := range List(o.Node, "items") {
		inner, fault := flatten(&Object{Document: o.Document, Node: item, Kind: kind, siblings: Value(o.Node, "items")})
		all, err = append(all, inner...), cmp.Or(err, fault)
	}
	return all, err
}

// MayShare reports whether two objects can be in one namespace: an absent namespace is the
// release's, which the stream does not have.
func MayShare(a, b string) bool { return a == b || a == "" || b == "" }

// Group returns the object's API group; of the core's, which has none, the version.
func (o *Object) Group() string {
	group, _, _ := strings.Cut(Text(o.Node, "apiVersion"), "/")
	return group
}

// Is reports whether an object is of a kind of these API groups, which others have too. An item of a List may name none.
func (o *Object) Is(kind string, groups ...string) bool {
	return o.Kind == kind && (o.Group() == "" || slices.Contains(groups, o.Group()))
}

// Refuse makes the Error of an object's field.
func (o *Object) Refuse(code trust.Code, field, format string, args ...any) error {
	return &Error{Code: code, Document: o.Label(), Object: o.String(), Field: field, Err: fmt.Errorf(format, args...)}
}

// Label returns the name of the object's document in messages.
func (o *Object) Label() string { return documentLabel(o.Document) }

// IsHook reports whether Helm keeps the object out of the release
// (helm.sh/helm/v3/pkg/release/hook.go).
func (o *Object) IsHook() bool {
	return Value(o.Node, "metadata", "annotations", "helm.sh/hook") != nil
}

// MaxName is how many characters the name of an object, or a key of its data, can have.
const MaxName = 253

// subdomain is a DNS subdomain (IsDNS1123Subdomain in k8s.io/apimachinery/pkg/util/validation).
var subdomain = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
})

// IsName reports whether an object such as a Secret or a ConfigMap can have a name.
func IsName(name string) bool {
	return len(name) <= MaxName && subdomain().MatchString(name)
}

// ClusterCAOf warns of the ConfigMap that each namespace has for the API server, where that is to have the CA of a host.
func ClusterCAOf(object, host string) []trust.Finding {
	if object != "ConfigMap/kube-root-ca.crt" {
		return nil
	}
	return []trust.Finding{{Code: ClusterCA, Host: host, Message: object + " holds the CA of the cluster's API server, which is hardly GitLab's"}}
}
