// Package values makes values of the gitlab-runner chart that have the effect of render.Filter, for
// runners whose manifests nobody can filter. Objects, names and checks are the filter's. It does no input
// or output and reads no clock.
package values

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render"
	"helm-runnertrust/render/delivery"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/tomledit"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// Options say what the values have to do.
type Options struct {
	// Options mean the same as for the filter. FromIngress, Deployment and AllowNoRunner are about
	// manifests, and have no effect.
	render.Options

	// ServerURL is the chart's gitlabUrl, as it is written there: the runner's file is named after
	// its host, in the same letters.
	ServerURL string

	// Apart makes the manifest of the ConfigMap instead of values, for charts without extraObjects.
	Apart bool

	// Umbrella puts the values below gitlab-runner, where the gitlab chart takes them from.
	Umbrella bool

	// ChartVersion is the version of the gitlab-runner chart, within the gitlab chart too: keys that
	// it does not have are refused. "" is a version that has all of them.
	ChartVersion string
}

// DefaultConfigMapName is the ConfigMap's name where Options have none: the Deployment's is not known.
const DefaultConfigMapName = "gitlab-runner-certs"

// Values are values of the gitlab-runner chart.
type Values struct {
	// Text is YAML with comments. With Options.Apart it is the ConfigMap of the Sources, without a namespace.
	Text []byte

	// Objects are the keys of the ConfigMap, or of other objects, with the certificates: that for the
	// server, then those of further hosts.
	Objects []render.Object

	// Config is the lines that belong below [[runners]] in runners.config, into which values cannot
	// merge; "" for none. Text has them too, as a comment.
	Config string

	Warnings []trust.Finding
	Notes    []trust.Finding
}

// New makes chart values. It returns the errors that the filter does, without a place, and those of
// what values cannot do.
func New(o Options) (*Values, error) {
	r, err := o.runner()
	if err != nil {
		return nil, err
	}
	v := &r.values
	if r.server.Plain {
		v.Warnings = append(v.Warnings, render.PlainHTTP(""))
	}
	if err := cmp.Or(r.fill(), r.checkVersion()); err != nil {
		return nil, err
	}
	if v.Config, err = r.config(); err != nil {
		return nil, err
	}
	switch {
	case !o.Apart:
		v.Text, err = r.text(v.Config)
		return v, err
	case !r.files.HasCertificates():
		return nil, r.refuse(manifest.NoConfigMap, "no certificate is for the host %q, so there is nothing for a ConfigMap", r.server.Name)
	}
	text, err := r.configMap().String()
	v.Text = []byte(text)
	return v, err
}

// A runner is the runner of a release.
type runner struct {
	Options
	server gitlabrunner.Server
	hosted bool              // its file is named after the server's host
	at     delivery.Location // of the file
	files  *render.Files
	values Values
}

// runner returns the runner of the options. It refuses what cannot be expressed.
func (o Options) runner() (*runner, error) {
	server, err := gitlabrunner.ParseServer(o.ServerURL)
	if err != nil {
		return nil, manifest.NewError(manifest.BadURL, "%w", err)
	}
	way, err := delivery.New(o.Via, o.CertsDir)
	if err != nil {
		return nil, err
	}
	r := &runner{Options: o, server: server, hosted: way.NeedsHost(), at: delivery.Named(o.CertsDir)}
	if r.hosted {
		r.at = delivery.Location{Dir: path.Clean(cmp.Or(o.CertsDir, defaultCertsDir)), File: server.CertFile}
		if root := gitlabrunner.CertsDir(0, ""); r.at.Dir != defaultCertsDir && r.at.Dir != root {
			r.values.Warnings = append(r.values.Warnings, trust.Found(manifest.DirElsewhere, "the runner looks into %s, or as root into %s, and not into %s", defaultCertsDir, root, r.at.Dir))
		}
	}
	r.files = render.NewFiles(o.Options, cmp.Or(o.ConfigMapName, DefaultConfigMapName), r.refuse)
	return r, o.CheckNames()
}

func (r *runner) refuse(code trust.Code, format string, args ...any) error {
	return &render.Error{Code: code, Host: r.server.Address, Err: fmt.Errorf(format, args...)}
}

// defaultCertsDir is the directory of a runner that is not root.
var defaultCertsDir = gitlabrunner.CertsDir(-1, gitlabrunner.DefaultHome)

// config returns the lines for runners.config.
func (r *runner) config() (string, error) {
	const header = "[[runners]]\n"
	text := header
	config, err := tomledit.Parse(text)
	if err == nil && r.Via == pod.WayConfig {
		if text, err = config.SetTLSCAFile(r.at.Path()); err == nil {
			config, err = tomledit.Parse(text)
		}
	}
	if err == nil && r.Jobs {
		text, err = config.PrependPreBuildScript(render.JobsScriptLines())
	}
	return strings.TrimPrefix(text, header), err
}

// fill fills the file for the server, then those of further hosts, each of its name.
func (r *runner) fill() error {
	offer, err := r.Only(r.Offers(r.server.Name), r.server.Name, "", r.refuse)
	if err != nil {
		return err
	}
	err = r.add("", r.at.File, r.server, offer)
	for _, host := range r.FurtherHosts(r.server.Name) {
		server := gitlabrunner.ForHost(host)
		for _, offer := range r.Offers(host) {
			if err == nil {
				err = r.add(host, server.CertFile, server, offer)
				r.values.Notes = append(r.values.Notes, render.FurtherNote(host, offer))
			}
		}
	}
	return err
}

// add checks an offer, and puts it into a file.
func (r *runner) add(host, file string, server gitlabrunner.Server, offer render.Offer) error {
	findings, err := r.files.Fill(file, server, offer)
	if err != nil {
		return err
	}
	object := r.files.Object(file)
	object.Host = host
	r.values.Objects = append(r.values.Objects, object)
	r.values.Warnings = slices.Compact(append(r.values.Warnings, findings...))
	return nil
}

// configMap returns the ConfigMap of the certificates; extraObjects go through the chart's templates.
func (r *runner) configMap() *yaml.RNode {
	var namespace *yaml.RNode // of the chart's objects
	if !r.Apart {
		namespace = yamledit.Text("{{ .Values.namespace | default .Release.Namespace }}")
		namespace.YNode().Style = yaml.DoubleQuotedStyle
	}
	return r.files.Manifest(namespace, nil, "")
}
