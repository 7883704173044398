package render

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
)

// Options say what the filter does. The zero value takes the Secrets that the Ingresses of the
// stream name.
type Options struct {
	// Sources are certificates. A runner takes those of its host, and those without a host when there
	// are none.
	Sources []Source

	// Objects are Secrets and ConfigMaps of the runners' namespaces, besides Sources.
	Objects []Object

	// FromIngress takes the Secret that an Ingress or a Gateway of the stream names for a runner's
	// host. So does a run without Sources and Objects.
	FromIngress bool

	// Via is how the runners find their file, one of delivery.Ways; "" is the first of them.
	Via pod.Way

	// Jobs adds the script to the runners' configuration that makes the programs of their jobs
	// trust GitLab.
	Jobs bool

	// NoRollout leaves out the annotation that rolls the pods when a certificate changes: the
	// runner rereads its file by itself.
	NoRollout bool

	// Now is the time that certificates are checked at.
	Now time.Time

	// Force turns the refusals of trust.Bundle.Check into warnings.
	Force bool

	// CertsDir is the directory to mount at, instead of the one that follows from the runner's uid
	// and HOME, or with the other ways /etc/helm-runnertrust.
	CertsDir string

	// Deployment selects the runner by its name, instead of by CI_SERVER_URL.
	Deployment string

	// ConfigMapName is the name of the ConfigMap instead of "<deployment>-certs", which is shortened where
	// it does not fit. It can serve one runner only.
	ConfigMapName string

	// AllowNoRunner lets a stream without a runner pass unchanged.
	AllowNoRunner bool
}

// CheckNames refuses what cannot name a directory or an object.
func (o Options) CheckNames() error {
	faults := []error{pod.CheckCertsDir(o.CertsDir)}
	for _, object := range o.Objects {
		faults = append(faults, object.Check())
	}
	return errors.Join(faults...)
}

// Hosts returns the hosts of the sources and objects, sorted.
func (o Options) Hosts() []string {
	hosts := map[string]string{} // in lower case → as it was written
	for _, source := range o.Sources {
		hosts[strings.ToLower(source.Host)] = source.Host
	}
	for _, object := range o.Objects {
		hosts[strings.ToLower(object.Host)] = object.Host
	}
	delete(hosts, "")
	return slices.Sorted(maps.Values(hosts))
}

// Deployments returns the names of the Deployments in a stream of manifests, each once, in its order:
// what Options.Deployment can be. A document that cannot be read has none.
func Deployments(stream []byte) []string {
	var names []string
	m := manifest.Read(yamledit.Split(stream))
	for _, doc := range m.Documents {
		if !doc.Contains("Deployment") {
			continue
		}
		objects, _ := m.Objects(doc) // Filter reports the fault
		for _, o := range objects {
			if o.Kind == "Deployment" && o.Name != "" {
				names = append(names, o.Name)
			}
		}
	}
	return distinct(names)
}
