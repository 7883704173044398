// Package ingress finds the Secret that an Ingress or a Gateway of a stream terminates a host's TLS
// with. It knows nothing of runners.
package ingress

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
)

// A termination is what an Ingress or the listener of a Gateway terminates TLS with.
type termination struct {
	by        *manifest.Object
	fault     error // of the shape of by
	field     string
	secret    string   // "" where it names none, so that the controller's default answers
	namespace string   // of the Secret, where it names one
	hosts     []string // names and wildcards; "" for every host
	anyLabels bool     // a wildcard stands for any number of labels
	passes    bool     // the backend terminates TLS itself
	port      string
}

// Served is the Secret that a server's certificate comes from, the Ingress or Gateway that names it, and the ports at
// which it answers.
type Served struct {
	Secret, By string
	Ports      []string
}

// SecretKey is the key of a kubernetes.io/tls Secret with the certificates that the server sends.
const SecretKey = "tls.crt"

// Terminations lists those of a stream, in its order, when they are first asked for.
type Terminations func() []termination

// Of returns the Terminations of a stream.
func Of(stream *manifest.Stream) Terminations {
	return sync.OnceValue(func() (all []termination) {
		for _, doc := range stream.Documents {
			if doc.Contains("Ingress", "tls") || doc.Contains("Gateway", "listeners") {
				objects, _ := stream.Objects(doc) // what does not parse is nothing that Kubernetes would take
				for _, o := range objects {
					switch o.Kind + " of " + o.Group() { // other groups have kinds of these names
					case "Ingress of networking.k8s.io", "Ingress of extensions":
						all = append(all, ofIngress(o)...)
					case "Gateway of gateway.networking.k8s.io":
						all = append(all, ofGateway(o)...)
					}
				}
			}
		}
		return all
	})
}

// Secret returns the Secret that an Ingress or a Gateway names for a host; the zero Served where none
// does. There has to be one, in the namespace of the runner's Deployment. asked is whether the stream
// was named as the source: then what is for every host counts too.
func (all Terminations) Secret(runner *manifest.Object, host string, asked bool) (Served, error) {
	if host == "" {
		return Served{}, nil
	}
	var found termination
	var named, ports []string // each with what names it
	several := false
	for i, t := range all.closest(host, asked) {
		namespace := cmp.Or(t.namespace, t.by.Namespace)
		switch {
		case t.fault != nil:
			return Served{}, t.fault
		case t.secret != "" && !manifest.IsName(t.secret):
			return Served{}, t.by.Refuse(manifest.NoSecret, t.field, "it names %q for %s, and no Secret can have that name", t.secret, host)
		case !manifest.MayShare(namespace, runner.Namespace):
			return Served{}, t.by.Refuse(manifest.SecretElsewhere, t.field, "its Secret %q for %s is in the namespace %q, and %s in %q: a pod mounts only what its own namespace has",
				t.secret, host, namespace, runner, runner.Namespace)
		}
		several = several || i > 0 && t.secret != found.secret
		found, ports = t, append(ports, t.port)
		named = append(named, cmp.Or(t.secret, "none")+" ("+t.by.String()+")")
	}
	slices.Sort(named)
	switch {
	case len(named) == 0:
		return Served{}, nil
	case several:
		return Served{}, runner.Refuse(manifest.SeveralSecrets, "", "the stream names several Secrets for %s: %s", host, strings.Join(slices.Compact(named), ", "))
	case found.secret == "":
		return Served{}, found.by.Refuse(manifest.NoSecret, found.field, "it names no Secret for %s, so its controller answers with a certificate that the stream does not tell", host)
	}
	return Served{found.secret, found.by.String(), ports}, nil
}

// closest returns the terminations that name a host most closely, and those for every host only where
// that was asked for. What terminates TLS itself comes before what passes it on.
func (all Terminations) closest(host string, asked bool) (found []termination) {
	best := 0
	for _, t := range all() {
		rank := 0
		for _, name := range t.hosts {
			rank = max(rank, rankOf(name, host, t.anyLabels))
		}
		switch {
		case rank == 0, rank == everyHost && !asked:
		case rank > best:
			found, best = []termination{t}, rank
		case rank == best:
			found = append(found, t)
		}
	}
	if slices.ContainsFunc(found, func(t termination) bool { return !t.passes }) {
		found = slices.DeleteFunc(found, func(t termination) bool { return t.passes })
	}
	return found
}

const everyHost = 1

// rankOf returns how closely a name covers a host: the very host before a wildcard, a longer wildcard
// before a shorter one and before none; 0 where it does not. A wildcard stands for one label, or for any
// number of them.
func rankOf(name, host string, anyLabels bool) int {
	domain, isWildcard := strings.CutPrefix(strings.ToLower(name), "*.")
	label, covered := strings.CutSuffix(strings.ToLower(host), "."+domain)
	switch {
	case name == "":
		return everyHost
	case strings.EqualFold(name, host):
		return 1 << 16
	case isWildcard && domain != "" && covered && label != "" && (anyLabels || !strings.Contains(label, ".")):
		return everyHost + len(name)
	}
	return 0
}

// passthroughAnnotation makes ingress-nginx hand TLS on to the backend.
const passthroughAnnotation = "nginx.ingress.kubernetes.io/ssl-passthrough"

var (
	ingressKeys = manifest.Keys{
		"metadata": manifest.Mapping, "annotations": manifest.Entries, "spec": manifest.Mapping,
		"tls": manifest.Items, "hosts": manifest.Items, "secretName": manifest.Anything,
		"rules": manifest.Items, "host": manifest.Anything,
	}
	gatewayKeys = manifest.Keys{
		"spec": manifest.Mapping, "listeners": manifest.Items, "hostname": manifest.Anything, "port": manifest.Anything,
		"tls": manifest.Mapping, "mode": manifest.Anything, "certificateRefs": manifest.Items,
		"group": manifest.Anything, "kind": manifest.Anything, "name": manifest.Anything, "namespace": manifest.Anything,
	}
)

// ofIngress reads spec.tls (IngressTLS in k8s.io/api/networking/v1): an entry without hosts is for
// the hosts of all rules, and a wildcard stands for one label.
func ofIngress(o *manifest.Object) (found []termination) {
	fault := o.Check(ingressKeys)
	for _, entry := range manifest.List(o.Node, "spec", "tls") {
		t := termination{by: o, fault: fault, field: "spec.tls", port: "443", secret: manifest.Text(entry, "secretName")}
		if manifest.Text(o.Node, "metadata", "annotations", passthroughAnnotation) == "true" {
			t.secret, t.passes = "", true
		}
		for _, name := range manifest.List(entry, "hosts") {
			t.hosts = append(t.hosts, yaml.GetValue(name))
		}
		if len(t.hosts) == 0 {
			for _, rule := range manifest.List(o.Node, "spec", "rules") {
				t.hosts = append(t.hosts, manifest.Text(rule, "host"))
			}
		}
		found = append(found, t)
	}
	return found
}

// ofGateway reads the listeners (Listener in sigs.k8s.io/gateway-api/apis/v1): one without a hostname
// is for all, a wildcard stands for any number of labels, and the certificates are Secrets unless
// it says otherwise.
func ofGateway(o *manifest.Object) (found []termination) {
	fault := o.Check(gatewayKeys)
	for _, listener := range manifest.List(o.Node, "spec", "listeners") {
		tls := manifest.Value(listener, "tls")
		if tls == nil {
			continue
		}
		t := termination{by: o, fault: fault, field: "spec.listeners", anyLabels: true, port: manifest.Text(listener, "port"),
			hosts: []string{manifest.Text(listener, "hostname")}, passes: manifest.Text(tls, "mode") == "Passthrough"}
		references := manifest.List(tls, "certificateRefs")
		if t.passes || len(references) == 0 {
			found = append(found, t)
			continue
		}
		for _, reference := range references {
			if cmp.Or(manifest.Text(reference, "kind"), "Secret") == "Secret" && manifest.Text(reference, "group") == "" {
				t.secret, t.namespace = manifest.Text(reference, "name"), manifest.Text(reference, "namespace")
				found = append(found, t)
			}
		}
	}
	return found
}
