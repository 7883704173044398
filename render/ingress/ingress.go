// Package ingress finds the Secret that an Ingress or a Gateway of a stream terminates a host's TLS
// with. It knows nothing of runners.
package ingress

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"helm-runnertrust/render/manifest"
)

// A termination is what an Ingress or the listener of a Gateway terminates TLS with.
type termination struct {
	by        *manifest.Object
	fault     error // of the shape of by
	field     string
	secret    string   // "" where it names none, so that the controller's default answers
	namespace string   // of the Secret, where it names one
	hosts     []string // names and wildcards; none for every host
	anyLabels bool     // a wildcard stands for any number of labels
	passes    bool     // the backend terminates TLS itself
}

// Served is the Secret that a server's certificate comes from, and the Ingress or Gateway that names
// it.
type Served struct{ Secret, By string }

// SecretKey is the key of a kubernetes.io/tls Secret with the certificates that the server sends.
const SecretKey = "tls.crt"

// Terminations are those of a stream, in its order, listed when they are first asked for.
type Terminations struct {
	stream *manifest.Stream
	listed bool
	all    []termination
}

// Of returns the Terminations of a stream.
func Of(stream *manifest.Stream) *Terminations { return &Terminations{stream: stream} }

// Secret returns the Secret that an Ingress or a Gateway names for a host; the zero Served where none
// does. There has to be one, in the namespace of the runner's Deployment. asked is whether the stream
// was named as the source: then what is for every host counts too.
func (all *Terminations) Secret(runner *manifest.Object, host string, asked bool) (Served, error) {
	if host == "" {
		return Served{}, nil
	}
	bySecret := map[string]termination{}
	for _, t := range all.closest(host) {
		if len(t.hosts) == 0 && !asked {
			continue // it is for every host: that says nothing of this one
		}
		namespace := cmp.Or(t.namespace, t.by.Namespace)
		switch {
		case t.fault != nil:
			return Served{}, t.fault
		case !manifest.MayShare(namespace, runner.Namespace):
			return Served{}, t.by.Refuse(manifest.SecretElsewhere, t.field, "its Secret %q for %s is in the namespace %q, and %s in %q: a pod mounts only what its own namespace has",
				t.secret, host, namespace, runner, runner.Namespace)
		}
		bySecret[t.secret] = t
	}
	names := slices.Sorted(maps.Keys(bySecret))
	switch {
	case len(names) == 0:
		return Served{}, nil
	case len(names) > 1:
		return Served{}, runner.Refuse(manifest.SeveralSecrets, "", "the stream names several Secrets for %s: %s", host, strings.Join(describe(names, bySecret), ", "))
	case names[0] == "":
		t := bySecret[""]
		return Served{}, t.by.Refuse(manifest.NoSecret, t.field, "it names no Secret for %s, so its controller answers with a certificate that the stream does not tell", host)
	}
	return Served{Secret: names[0], By: bySecret[names[0]].by.String()}, nil
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
func (all *Terminations) closest(host string) (found []termination) {
	best := 0
	for _, t := range all.list() {
		rank := t.rank(host)
		if rank > best {
			found, best = nil, rank
		}
		if rank == best && rank > 0 {
			found = append(found, t)
		}
	}
	if slices.ContainsFunc(found, func(t termination) bool { return !t.passes }) {
		found = slices.DeleteFunc(found, func(t termination) bool { return t.passes })
	}
	return found
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

func (all *Terminations) list() []termination {
	if all.listed {
		return all.all
	}
	all.listed = true
	for _, doc := range all.stream.Documents {
		if !doc.Contains("Ingress", "tls") && !doc.Contains("Gateway", "listeners") {
			continue
		}
		objects, err := all.stream.Objects(doc)
		if err != nil {
			continue // it is nothing that Kubernetes would take
		}
		for _, o := range objects {
			all.all = append(all.all, terminations(o)...)
		}
	}
	return all.all
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
