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

	// Key is the key of the ConfigMap, or of the object, with the certificates.
	Key string

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
	if err := r.checkVersion(); err != nil {
		return nil, err
	}
	v := &Values{}
	if r.server.Plain {
		v.Warnings = append(v.Warnings, trust.Finding{Code: manifest.PlainHTTP,
			Message: gitlabrunner.ServerURLVariable + " is an http:// URL, so the runner checks no certificate"})
	}
	if r.offer.Bundle != nil {
		findings, err := r.makeConfigMap()
		if err != nil {
			return nil, err
		}
		v.Warnings = append(v.Warnings, findings...)
	}
	unused, err := o.Unused(map[string]bool{strings.ToLower(r.server.Name): true})
	if err != nil {
		return nil, err
	}
	v.Warnings, v.Key = slices.Compact(append(v.Warnings, unused...)), r.object.Key
	if v.Config, err = r.config(); err != nil {
		return nil, err
	}
	if name := r.certsSecretName(); name != "" {
		effect := "alone has the same effect"
		if v.Config != "" {
			effect = "has the effect of volumes and volumeMounts"
		}
		v.Notes = append(v.Notes, trust.Finding{Code: manifest.CertsSecretName,
			Message: "certsSecretName: " + name + " " + effect + ", in every version of the chart, unless the runner is root"})
	}
	if o.Apart && r.configMap != nil {
		text, err := r.configMap.String()
		v.Text = []byte(text)
		return v, err
	}
	v.Text, err = r.text(v.Config)
	return v, err
}

// A runner is the runner of a release.
type runner struct {
	Options
	server gitlabrunner.Server
	hosted bool              // its file is named after the server's host
	at     delivery.Location // of the file
	offer  render.Offer      // what the file has
	object render.Object     // what the volume shows: that of the offer, or the ConfigMap

	configMap *yaml.RNode // of the certificates, nil for an object
	checksum  string      // of its data
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
	}
	if err := r.choose(); err != nil {
		return nil, err
	}
	const maxFileName = 253 // of a key of a ConfigMap, which the name becomes as well
	if size := len(r.at.File); size > maxFileName {
		return nil, r.refuse(manifest.HostTooLong, "the host %q is too long for the name of the runner's file, which has %d bytes and can have %d",
			server.Name, size, maxFileName)
	}
	if err := pod.CheckCertsDir(o.CertsDir); err != nil {
		return nil, err
	}
	for _, object := range o.Objects {
		if err := object.Check(); err != nil {
			return nil, err
		}
	}
	return r, checkChartMounts(r.at.Dir)
}

// choose chooses the one offer for the server.
func (r *runner) choose() error {
	offers := r.Offers(r.server.Name)
	switch len(offers) {
	case 0:
		only := ""
		if hosts := r.Hosts(); len(hosts) > 0 {
			only = ", only for: " + strings.Join(hosts, ", ")
		}
		return r.refuse(manifest.NoCertificate, "no certificate is given for the host %q%s", r.server.Name, only)
	case 1:
		r.offer, r.object = offers[0], offers[0].Object
		return nil
	}
	var names []string
	for _, offer := range offers {
		names = append(names, offer.String())
	}
	return r.refuse(manifest.TwoSources, "host %s: its certificate is to come from %s, and a runner reads one file",
		r.server.Name, strings.Join(names, " and from "))
}

func (r *runner) refuse(code trust.Code, format string, args ...any) error {
	return &render.Error{Code: code, Host: r.server.Address, Err: fmt.Errorf(format, args...)}
}

// defaultCertsDir is the directory of a runner that is not root.
var defaultCertsDir = gitlabrunner.CertsDir(-1, gitlabrunner.DefaultHome)

// makeConfigMap makes the ConfigMap of the certificates, which it checks.
func (r *runner) makeConfigMap() (findings []trust.Finding, err error) {
	configMap, err := render.NewConfigMap(cmp.Or(r.ConfigMapName, DefaultConfigMapName))
	if err != nil {
		return nil, r.refuse(manifest.ConfigMapName, "host %s: %w", r.server.Name, err)
	}
	if findings, err = r.server.About(r.offer.Bundle.Check(r.server.Name, r.Now, r.Force)); err != nil {
		return nil, err
	}
	if err := configMap.Add(r.at.File, r.server.Name, r.offer.Bundle); err != nil {
		return nil, r.refuse(manifest.TooMuchData, "host %s: %w", r.server.Name, err)
	}
	shown := configMap.Projection()
	r.object = render.Object{Kind: shown.Kind, Name: shown.Name, Key: shown.Items[0].Key}
	r.checksum = configMap.Checksum()
	var namespace *yaml.RNode // of the chart's objects; extraObjects go through its templates
	if !r.Apart {
		namespace = yamledit.Text("{{ .Values.namespace | default .Release.Namespace }}")
		namespace.YNode().Style = yaml.DoubleQuotedStyle
	}
	r.configMap, err = configMap.Manifest(namespace, nil, nil)
	return findings, err
}

// config returns the lines for runners.config; an edit for each thing that they add.
func (r *runner) config() (string, error) {
	var edits []func(*tomledit.Config) (string, error)
	if r.Via == pod.WayConfig {
		edits = append(edits, func(c *tomledit.Config) (string, error) { return c.SetTLSCAFile(r.at.Path()) })
	}
	if r.Jobs {
		edits = append(edits, func(c *tomledit.Config) (string, error) { return c.PrependPreBuildScript(render.JobsScriptLines()) })
	}
	const header = "[[runners]]\n"
	text := header
	for _, edit := range edits {
		config, err := tomledit.Parse(text)
		if err != nil {
			return "", err
		}
		if text, err = edit(config); err != nil {
			return "", err
		}
	}
	return strings.TrimPrefix(text, header), nil
}

// CertsSecretName returns the Secret that the chart's value certsSecretName would mount in the same
// way, in every version of the chart: it shows all keys, and each under its name, at the directory of a
// runner that is not root. "" for none, and where the options are refused.
func (o Options) CertsSecretName() string {
	r, err := o.runner()
	if err != nil {
		return ""
	}
	return r.certsSecretName()
}

func (r *runner) certsSecretName() string {
	if !r.hosted || r.at.Dir != defaultCertsDir || r.object.Kind != "Secret" || r.object.Key != r.at.File {
		return ""
	}
	return r.object.Name
}
