package render

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/trust"
)

// A termination is what an Ingress or the listener of a Gateway terminates TLS with.
type termination struct {
	by        *object
	field     string
	secret    string // "" where it names none, so that the controller's default answers
	namespace string // of the Secret, where it is said to be in another one
	exact     bool   // for the very host, not by a wildcard
}

// served is the Secret that a server's certificate comes from, by what the stream says; the zero
// one where it says nothing.
type served struct{ secret, by string }

// servedBy finds the Secret that an Ingress or a Gateway of the stream names for a server. It has to
// be one, in the runner's namespace.
func (m *manifests) servedBy(r *runner, server trust.Server) (served, error) {
	if server.Name == "" {
		return served{}, nil
	}
	all, err := m.terminations(server.Name)
	if err != nil {
		return served{}, err
	}
	if slices.ContainsFunc(all, func(t termination) bool { return t.exact }) {
		all = slices.DeleteFunc(all, func(t termination) bool { return !t.exact })
	}
	bySecret := map[string]termination{}
	for _, t := range all {
		if t.namespace != "" && t.namespace != r.namespace || t.namespace == "" && !t.by.sharesNamespace(r.namespace) {
			return served{}, t.by.refuse(SecretElsewhere, t.field, "its Secret %q for %s is in the namespace %q, and %s in %q: a pod mounts only what its own namespace has",
				t.secret, server.Name, cmp.Or(t.namespace, t.by.namespace), r, r.namespace)
		}
		bySecret[t.secret] = t
	}
	names := slices.Sorted(maps.Keys(bySecret))
	switch {
	case len(names) == 0:
		return served{}, nil
	case len(names) > 1:
		return served{}, r.refuse(SeveralSecrets, "", "the stream names several Secrets for %s: %s", server.Name, strings.Join(describe(names, bySecret), ", "))
	case names[0] == "":
		t := bySecret[""]
		return served{}, t.by.refuse(NoSecret, t.field, "it names no Secret for %s, so its controller answers with a certificate that the stream does not tell", server.Name)
	}
	return served{secret: names[0], by: bySecret[names[0]].by.String()}, nil
}

// describe names Secrets with what names them.
func describe(names []string, bySecret map[string]termination) []string {
	var all []string
	for _, name := range names {
		all = append(all, cmp.Or(name, "none")+" ("+bySecret[name].by.String()+")")
	}
	return all
}

// terminations are those for a host, in the order of the stream.
func (m *manifests) terminations(host string) ([]termination, error) {
	var all []termination
	for _, doc := range m.Documents {
		if !doc.Contains("Ingress", "tls") && !doc.Contains("Gateway", "certificateRefs") {
			continue
		}
		objects, err := m.objects(doc)
		if err != nil {
			continue // it is nothing that Kubernetes would take
		}
		for _, o := range objects {
			found, err := o.terminations(host)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
	}
	return all, nil
}

// terminations are those of one object; none for other kinds, and for kinds of these names from
// other API groups.
func (o *object) terminations(host string) ([]termination, error) {
	group, _, _ := strings.Cut(text(o.node, "apiVersion"), "/")
	switch {
	case o.kind == "Ingress" && (group == "networking.k8s.io" || group == "extensions"):
		return o.ingress(host), o.fault
	case o.kind == "Gateway" && group == "gateway.networking.k8s.io":
		return o.gateway(host), o.fault
	}
	return nil, nil
}

// ingress reads spec.tls (IngressTLS in k8s.io/api/networking/v1): an entry without hosts is for
// the hosts of all rules, and a wildcard stands for one label.
func (o *object) ingress(host string) []termination {
	var all []termination
	for _, entry := range list(o.node, "spec", "tls") {
		var hosts []string
		for _, name := range list(entry, "hosts") {
			hosts = append(hosts, yaml.GetValue(name))
		}
		if len(hosts) == 0 {
			for _, rule := range list(o.node, "spec", "rules") {
				hosts = append(hosts, text(rule, "host"))
			}
		}
		for _, name := range hosts {
			if exact, covers := coversHost(name, host, false); covers {
				all = append(all, termination{by: o, field: "spec.tls", secret: text(entry, "secretName"), exact: exact})
				break
			}
		}
	}
	return all
}

// gateway reads the listeners (Listener in sigs.k8s.io/gateway-api/apis/v1): one without a hostname
// is for all, a wildcard stands for any number of labels, and the certificates are Secrets unless
// it says otherwise.
func (o *object) gateway(host string) []termination {
	var all []termination
	for _, listener := range list(o.node, "spec", "listeners") {
		name := text(listener, "hostname")
		exact, covers := coversHost(name, host, true)
		if mode := text(listener, "tls", "mode"); !covers && name != "" || mode == "Passthrough" {
			continue
		}
		for _, reference := range list(listener, "tls", "certificateRefs") {
			if cmp.Or(text(reference, "kind"), "Secret") == "Secret" && text(reference, "group") == "" {
				all = append(all, termination{by: o, field: "spec.listeners", secret: text(reference, "name"), namespace: text(reference, "namespace"), exact: exact})
			}
		}
	}
	return all
}

// coversHost reports whether a host name, or a wildcard for one label or for any number of them,
// covers a host, and whether it is that very host.
func coversHost(name, host string, anyLabels bool) (exact, covers bool) {
	if strings.EqualFold(name, host) {
		return true, true
	}
	domain, isWildcard := strings.CutPrefix(strings.ToLower(name), "*.")
	label, covered := strings.CutSuffix(strings.ToLower(host), "."+domain)
	return false, isWildcard && domain != "" && covered && label != "" && (anyLabels || !strings.Contains(label, "."))
}
