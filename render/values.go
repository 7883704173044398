package render

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/delivery"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// ValuesOptions say what chart values have to do. What they share with Options means the same.
type ValuesOptions struct {
	// ServerURL is the chart's gitlabUrl, as it is written there: the runner's file is named after
	// its host, in the same letters.
	ServerURL string

	Sources  []Source
	Objects  []Object
	Via      pod.Way
	Jobs     bool
	Now      time.Time
	Force    bool
	CertsDir string

	// ConfigMapName is the name of the ConfigMap instead of DefaultConfigMapName.
	ConfigMapName string

	// Apart leaves the ConfigMap out of the values, for charts without extraObjects.
	Apart bool

	// Umbrella puts the values below gitlab-runner, where the gitlab chart takes them from.
	Umbrella bool

	// ChartVersion is the version of the gitlab-runner chart, within the gitlab chart too: keys that
	// it does not have are refused. "" is a version that has all of them.
	ChartVersion string
}

// DefaultConfigMapName is the ConfigMap's name in values, which cannot tell the Deployment's.
const DefaultConfigMapName = "gitlab-runner-certs"

// ChartValues are values of the gitlab-runner chart that have the effect of Filter.
type ChartValues struct {
	// Values is YAML with comments.
	Values []byte

	// ConfigMap is the manifest of the certificates, without a namespace; nil without Apart, and
	// where an object of the namespace has them.
	ConfigMap []byte

	// Key is the ConfigMap's key with the certificates; "" without a ConfigMap.
	Key string

	// Config is the lines that belong below [[runners]] in runners.config, into which values cannot
	// merge; "" for none. Values has them too, as a comment.
	Config string

	Warnings []trust.Finding
	Notes    []trust.Finding
}

// CertsSecretName is the code of a note: the value certsSecretName has the same effect.
const CertsSecretName trust.Code = "certs-secret-name"

// Values makes chart values for a runner whose manifests are not there yet. Filter runs over the
// least Deployment that is a runner, and what it adds to that becomes values; so certificates are
// held to the same checks, and names and paths are the same. It returns the errors that Filter does,
// and those of what values cannot do.
func Values(options ValuesOptions) (*ChartValues, error) {
	server, err := options.server()
	if err != nil {
		return nil, err
	}
	if err := checkChartMounts(options.CertsDir); err != nil {
		return nil, err
	}
	if err := checkKeys(options.ChartVersion, options.keys(), server.Address); err != nil {
		return nil, err
	}
	result, err := Filter(options.scaffold(), options.filter())
	if err != nil {
		return nil, withoutScaffold(err, server)
	}
	added, err := readAdded(result.Bytes(), options)
	if err != nil {
		return nil, err
	}
	v := &ChartValues{Config: added.config}
	for _, warning := range result.Warnings {
		if slices.Contains([]trust.Code{manifest.JobVolume, manifest.UserUnknown, manifest.DirElsewhere}, warning.Code) {
			continue // the scaffold has no namespace of jobs, and no user
		}
		if warning.Object == "Deployment/"+scaffoldName {
			warning.Object = ""
		}
		v.Warnings = append(v.Warnings, warning)
	}
	about := explanation{options: options, server: server, added: added}
	v.Notes = slices.Concat(result.Notes, about.secretNameNotes())
	if keys := manifest.Fields(manifest.Value(added.configMap, "data")); len(keys) == 1 {
		v.Key = keys[0]
	}
	if options.Apart && added.configMap != nil {
		text, err := added.configMap.String()
		if err != nil {
			return nil, err
		}
		v.ConfigMap = []byte(text)
	}
	v.Values, err = about.values()
	return v, err
}

// chartMounts are the places where the chart itself mounts volumes. Those that are read-only have
// room for nothing below them.
var chartMounts = []struct {
	path     string
	readOnly bool
}{
	{"/secrets", true},
	{"/configmaps", true},
	{path.Join(gitlabrunner.DefaultHome, gitlabrunner.ConfigFolder), false},
}

// checkChartMounts refuses a directory that the chart has taken, which only its manifests would show.
func checkChartMounts(dir string) error {
	dir = path.Clean(dir)
	for _, m := range chartMounts {
		if dir == m.path || m.readOnly && pod.IsBelow(dir, m.path) {
			return &Error{Code: manifest.DirUnknown, Err: fmt.Errorf("the certs directory %q cannot be mounted: the chart has a volume at %s", dir, m.path)}
		}
	}
	return nil
}

// maxFileName is how long the name of a file can be that is a key of a ConfigMap as well.
const maxFileName = 253

// server is the one of the URL, with what cannot be expressed refused.
func (o ValuesOptions) server() (gitlabrunner.Server, error) {
	server, err := gitlabrunner.ParseServer(o.ServerURL)
	filter := o.filter()
	switch {
	case err != nil:
		return server, &Error{Code: manifest.BadURL, Err: err}
	case !filter.isFor(server.Name):
		refused := &Error{Code: manifest.NoCertificate, Host: server.Address, Err: fmt.Errorf("no certificate is given for the host %q", server.Name)}
		if others := filter.hosts(); len(others) > 0 {
			refused.Err = fmt.Errorf("%w, only for: %s", refused.Err, strings.Join(others, ", "))
		}
		return server, refused
	case len(server.CertFile) > maxFileName && filter.needsHost():
		return server, &Error{Code: manifest.HostTooLong, Err: fmt.Errorf("the host %q is too long for the name of the runner's file, which has %d bytes and can have %d",
			server.Name, len(server.CertFile), maxFileName)}
	}
	return server, nil
}

// isFor reports whether something is given for a host, or for every one.
func (o Options) isFor(host string) bool {
	return Choose(o.Sources, host) != nil || slices.ContainsFunc(o.Objects, func(object Object) bool {
		return object.Host == "" || strings.EqualFold(object.Host, host)
	})
}

// needsHost reports whether the way puts the host into the file's name.
func (o Options) needsHost() bool {
	way, err := delivery.New(o.Via, o.CertsDir)
	return err == nil && way.NeedsHost()
}

// filter is the options for Filter.
func (o ValuesOptions) filter() Options {
	name := o.ConfigMapName
	if name == "" {
		name = DefaultConfigMapName
	}
	return Options{Sources: o.Sources, Objects: o.Objects, Via: o.Via, Jobs: o.Jobs, Now: o.Now, Force: o.Force,
		CertsDir: o.CertsDir, ConfigMapName: name}
}

// keys are those of the chart that the values need.
func (o ValuesOptions) keys() []chartKey {
	keys := []chartKey{volumesKey}
	if len(o.Sources) > 0 && !o.Apart {
		keys = append(keys, extraObjectsKey)
	}
	return keys
}

// scaffoldName names what the scaffold has of the chart's own. No object can have it, so that it is
// never in the way.
const scaffoldName = "."

// chartNamespace is the namespace of the chart's objects, for extraObjects, which go through its
// templates.
const chartNamespace = "{{ .Values.namespace | default .Release.Namespace }}"

// scaffold is the least that Filter needs: a runner, and the template of its configuration.
func (o ValuesOptions) scaffold() []byte {
	namespace := ""
	if !o.Apart {
		namespace = fmt.Sprintf("namespace: %q", chartNamespace)
	}
	return fmt.Appendf(nil, `apiVersion: apps/v1
kind: Deployment
metadata:
  name: %[1]q
  %[3]s
spec:
  template:
    spec:
      containers:
      - name: %[1]q
        env:
        - name: %[2]s
          value: %[4]q
      volumes:
      - name: %[1]q
        configMap:
          name: %[1]q
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: %[1]q
  %[3]s
data:
  %[5]s: |
    [[runners]]
`, scaffoldName, gitlabrunner.ServerURLVariable, namespace, o.ServerURL, pod.TemplateKey)
}

// withoutScaffold removes the place from errors about the scaffold, which the caller never sees.
func withoutScaffold(err error, server gitlabrunner.Server) error {
	if joined := trust.Errors(err); len(joined) > 1 {
		var all []error
		for _, one := range joined {
			all = append(all, withoutScaffold(one, server))
		}
		return errors.Join(all...)
	}
	if refused, ok := errors.AsType[*Error](err); ok && refused.Document != "" {
		return &Error{Code: refused.Code, Host: server.Address, Err: fmt.Errorf("host %s: %w", server.Name, refused.Err)}
	}
	return err
}

// addedValues is what Filter has added to the scaffold.
type addedValues struct {
	volumes, mounts, env []*yaml.RNode
	annotations          *yaml.RNode // of the pods
	configMap            *yaml.RNode
	config               string
}

func readAdded(stream []byte, options ValuesOptions) (*addedValues, error) {
	m := manifest.Read(yamledit.Split(stream))
	found, err := pod.Find(m, "")
	if err != nil {
		return nil, err
	}
	r, err := pod.Read(found[0])
	if err != nil {
		return nil, err
	}
	c := r.Containers[0]
	a := &addedValues{
		volumes:     withoutNames(manifest.List(r.Pod, "volumes")),
		mounts:      withoutNames(manifest.List(c.Node, "volumeMounts")),
		env:         withoutNames(manifest.List(c.Node, "env")),
		annotations: manifest.Value(r.Template, "metadata", "annotations"),
	}
	own, err := m.Find("ConfigMap", options.filter().ConfigMapName, r.Namespace)
	if err != nil {
		return nil, err
	}
	if own != nil {
		a.configMap = yamledit.Bare(own.Node)
	} else {
		a.annotations = nil // of the template only, and the chart has a checksum of that
	}
	t, err := pod.NewTemplates(m).Of(r)
	if err != nil {
		return nil, err
	}
	_, a.config, _ = strings.Cut(t.Text(), "[[runners]]\n")
	return a, nil
}

// withoutNames leaves out the items that the scaffold has.
func withoutNames(items []*yaml.RNode) []*yaml.RNode {
	return slices.DeleteFunc(items, func(item *yaml.RNode) bool {
		return slices.Contains([]string{scaffoldName, gitlabrunner.ServerURLVariable}, manifest.Text(item, "name"))
	})
}
