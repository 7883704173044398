package render

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"helm-runnertrust/gitlabrunner"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A termination is what an Ingress or the listener of a Gateway terminates TLS with.
type termination struct {
	by        *object
	field     string
	secret    string   // "" where it names none, so that the controller's default answers
	namespace string   // of the Secret, where it is said to be in another one
	hosts     []string // names and wildcards; none for every host
	anyLabels bool     // a wildcard stands for any number of labels
	passes    bool     // the backend terminates TLS itself
}

// served is the Secret that a server's certificate comes from, by what the stream says; the zero
// one where it says nothing.
type served struct{ secret, by string }

// servedBy finds the Secret that an Ingress or a Gateway of the stream names for a server. It has
// to be one, in the runner's namespace. asked is whether the stream was named as the source.
func (m *manifests) servedBy(r *runner, server gitlabrunner.Server, asked bool) (served, error) {
	if server.Name == "" {
		return served{}, nil
	}
	bySecret := map[string]termination{}
	for _, t := range m.closest(server.Name) {
		if len(t.hosts) == 0 && !asked {
			continue // it is for every host: that says nothing of this one
		}
		namespace := cmp.Or(t.namespace, t.by.namespace)
		switch {
		case t.by.fault != nil:
			return served{}, t.by.fault
		case !mayShare(namespace, r.namespace):
			return served{}, t.by.refuse(SecretElsewhere, t.field, "its Secret %q for %s is in the namespace %q, and %s in %q: a pod mounts only what its own namespace has",
				t.secret, server.Name, namespace, r, r.namespace)
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

// closest are the terminations for a host, of which those that name it most closely count: the very
// host before a wildcard, a longer wildcard before a shorter one and before none.
func (m *manifests) closest(host string) []termination {
	var all []termination
	best := 0
	for _, t := range m.terminations() {
		rank := t.rank(host)
		if rank > best {
			all, best = nil, rank
		}
		if rank == best && rank > 0 {
			all = append(all, t)
		}
	}
	if slices.ContainsFunc(all, func(t termination) bool { return !t.passes }) {
		all = slices.DeleteFunc(all, func(t termination) bool { return t.passes })
	}
	return all
}

// rank is how closely a termination names a host; 0 where it does not.
func (t termination) rank(host string) int {
	const every, exact = 1, 1 << 16
	if len(t.hosts) == 0 {
		return every
	}
	best := 0
	for _, name := range t.hosts {
		switch isExact, covers := coversHost(name, host, t.anyLabels); {
		case isExact:
			return exact
		case covers:
			best = max(best, every+len(name))
		}
	}
	return best
}

// terminations are those of the stream, in its order, listed once.
func (m *manifests) terminations() []termination {
	if m.listedTerminations {
		return m.allTerminations
	}
	m.listedTerminations = true
	for _, doc := range m.Documents {
		if !doc.Contains("Ingress", "tls") && !doc.Contains("Gateway", "listeners") {
			continue
		}
		objects, err := m.objects(doc)
		if err != nil {
			continue // it is nothing that Kubernetes would take
		}
		for _, o := range objects {
			m.allTerminations = append(m.allTerminations, o.terminations()...)
		}
	}
	return m.allTerminations
}

// terminations are those of one object; none for other kinds, and for kinds of these names from
// other API groups.
func (o *object) terminations() []termination {
	group, _, _ := strings.Cut(text(o.node, "apiVersion"), "/")
	switch {
	case o.kind == "Ingress" && (group == "networking.k8s.io" || group == "extensions"):
		return o.ingress()
	case o.kind == "Gateway" && group == "gateway.networking.k8s.io":
		return o.gateway()
	}
	return nil
}

// passthroughAnnotation is how ingress-nginx is told to hand TLS on to the backend.
const passthroughAnnotation = "nginx.ingress.kubernetes.io/ssl-passthrough"

// ingress reads spec.tls (IngressTLS in k8s.io/api/networking/v1): an entry without hosts is for
// the hosts of all rules, and a wildcard stands for one label.
func (o *object) ingress() []termination {
	var all []termination
	for _, entry := range list(o.node, "spec", "tls") {
		t := termination{by: o, field: "spec.tls", secret: text(entry, "secretName")}
		if text(o.node, "metadata", "annotations", passthroughAnnotation) == "true" {
			t.secret, t.passes = "", true
		}
		for _, name := range list(entry, "hosts") {
			t.hosts = append(t.hosts, yaml.GetValue(name))
		}
		if len(t.hosts) == 0 {
			for _, rule := range list(o.node, "spec", "rules") {
				t.hosts = append(t.hosts, text(rule, "host"))
			}
		}
		if len(t.hosts) > 0 {
			all = append(all, t)
		}
	}
	return all
}

// gateway reads the listeners (Listener in sigs.k8s.io/gateway-api/apis/v1): one without a hostname
// is for all, a wildcard stands for any number of labels, and the certificates are Secrets unless
// it says otherwise.
func (o *object) gateway() []termination {
	var all []termination
	for _, listener := range list(o.node, "spec", "listeners") {
		tls := value(listener, "tls")
		if tls == nil {
			continue
		}
		t := termination{by: o, field: "spec.listeners", anyLabels: true, passes: text(tls, "mode") == "Passthrough"}
		if name := text(listener, "hostname"); name != "" {
			t.hosts = []string{name}
		}
		references := list(tls, "certificateRefs")
		if t.passes || len(references) == 0 {
			all = append(all, t)
			continue
		}
		for _, reference := range references {
			if cmp.Or(text(reference, "kind"), "Secret") == "Secret" && text(reference, "group") == "" {
				t.secret, t.namespace = text(reference, "name"), text(reference, "namespace")
				all = append(all, t)
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
