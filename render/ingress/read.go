package ingress

import (
	"cmp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
)

// passthroughAnnotation makes ingress-nginx hand TLS on to the backend.
const passthroughAnnotation = "nginx.ingress.kubernetes.io/ssl-passthrough"

var (
	ingressKeys = manifest.Keys{
		"metadata": manifest.Mapping, "annotations": manifest.Entries, "spec": manifest.Mapping,
		"tls": manifest.Items, "hosts": manifest.Items, "secretName": manifest.Anything,
		"rules": manifest.Items, "host": manifest.Anything,
	}
	gatewayKeys = manifest.Keys{
		"spec": manifest.Mapping, "listeners": manifest.Items, "hostname": manifest.Anything,
		"tls": manifest.Mapping, "mode": manifest.Anything, "certificateRefs": manifest.Items,
		"group": manifest.Anything, "kind": manifest.Anything, "name": manifest.Anything, "namespace": manifest.Anything,
	}
)

// terminations returns those of one object; none for other kinds, and for kinds of these names from
// other API groups.
func terminations(o *manifest.Object) []termination {
	group, _, _ := strings.Cut(manifest.Text(o.Node, "apiVersion"), "/")
	switch {
	case o.Kind == "Ingress" && (group == "networking.k8s.io" || group == "extensions"):
		return ofIngress(o)
	case o.Kind == "Gateway" && group == "gateway.networking.k8s.io":
		return ofGateway(o)
	}
	return nil
}

// ofIngress reads spec.tls (IngressTLS in k8s.io/api/networking/v1): an entry without hosts is for
// the hosts of all rules, and a wildcard stands for one label.
func ofIngress(o *manifest.Object) (found []termination) {
	fault := o.Check(ingressKeys)
	for _, entry := range manifest.List(o.Node, "spec", "tls") {
		t := termination{by: o, fault: fault, field: "spec.tls", secret: manifest.Text(entry, "secretName")}
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
		t := termination{by: o, fault: fault, field: "spec.listeners", anyLabels: true,
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
