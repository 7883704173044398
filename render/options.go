package render

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"helm-runnertrust/trust"
)

// Options say what the filter does. The zero value takes the Secrets that the Ingresses of the
// stream name.
type Options struct {
	// Sources are certificates that are given. A runner takes those of its host, and those without
	// a host when there are none.
	Sources []Source

	// Objects are Secrets and ConfigMaps of the runners' namespaces, besides Sources.
	Objects []Object

	// FromIngress takes the Secret that an Ingress or a Gateway of the stream names for a runner's
	// host. So does a run without Sources and Objects.
	FromIngress bool

	// Via is how the runners are told of their file.
	Via Way

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

	// ConfigMapName is the name of the ConfigMap instead of
	// "<deployment>-certs". It can serve one runner only.
	ConfigMapName string

	// AllowNoRunner lets a stream without a runner pass unchanged.
	AllowNoRunner bool
}

// A Warning is something that does not keep the filter from its work, but
// should be known.
type Warning = Finding

// A Finding is what is told of a stream.
type Finding = trust.Finding

// The codes of warnings.
const (
	PlainHTTP    Code = "plain-http"    // CI_SERVER_URL is http://
	SourceUnused Code = "source-unused" // no runner has the host of a source; an error for Objects
	SourceServed Code = "source-served" // which Secret an Ingress names; a note
	FileReplaced Code = "file-replaced" // an older volume had the file already
)

// hosts are those that certificates are given for, sorted.
func (o Options) hosts() []string {
	hosts := map[string]string{} // in lower case → as it was given
	for _, source := range o.Sources {
		if source.Host != "" {
			hosts[strings.ToLower(source.Host)] = source.Host
		}
	}
	for _, object := range o.Objects {
		if object.Host != "" {
			hosts[strings.ToLower(object.Host)] = object.Host
		}
	}
	return slices.Sorted(maps.Values(hosts))
}

// onlyHost is the host of the sources, when they agree on one.
func (o Options) onlyHost() (string, error) {
	hosts := o.hosts()
	switch len(hosts) {
	case 0:
		return "", errors.New("nothing else tells the host")
	case 1:
		return hosts[0], nil
	}
	return "", fmt.Errorf("the sources name %d hosts: %s", len(hosts), strings.Join(hosts, ", "))
}
