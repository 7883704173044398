// Package values makes values of the gitlab-runner chart that have the effect of render.Filter, for
// runners whose manifests nobody can filter. It makes the same objects, by the same rules: the checks of
// certificates, names, paths and lines are those of the filter. It does no input or output and reads no
// clock.
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
	"helm-runnertrust/render/added"
	"helm-runnertrust/render/delivery"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/tomledit"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// Options say what the values have to do.
type Options struct {
	// Options mean the same as for the filter. FromIngress, Deployment and AllowNoRunner, which are
	// about manifests, have no effect.
	render.Options

	// ServerURL is the chart's gitlabUrl, as it is written there: the runner's file is named after
	// its host, in the same letters.
	ServerURL string

	// Apart leaves the ConfigMap out of the values, for charts without extraObjects.
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
	// Text is YAML with comments.
	Text []byte

	// ConfigMap is the manifest of the certificates, without a namespace; nil without Options.Apart,
	// and where an object of the namespace has them.
	ConfigMap []byte

	// Key is the ConfigMap's key with the certificates; "" without a ConfigMap.
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
	if err := checkKeys(o.ChartVersion, o.keys(), r.server.Address); err != nil {
		return nil, err
	}
	v := &Values{}
	if r.server.Plain {
		v.Warnings = append(v.Warnings, trust.Finding{Code: manifest.PlainHTTP,
			Message: gitlabrunner.ServerURLVariable + " is an http:// URL, so the runner checks no certificate"})
	}
	p := parts{shown: added.Projection{Kind: r.object.Kind, Name: r.object.Name, Items: []added.Item{{Key: r.object.Key, Path: r.at.File}}}}
	if r.bundle != nil {
		configMap, warnings, err := r.newConfigMap()
		if err != nil {
			return nil, err
		}
		v.Warnings = append(v.Warnings, warnings...)
		p.shown, p.checksum = configMap.Projection(), configMap.Checksum()
		v.Key = p.shown.Items[0].Key
		if p.configMap, err = configMap.Manifest(o.namespace(), nil, nil); err != nil {
			return nil, err
		}
	}
	unused, err := o.Unused(map[string]bool{strings.ToLower(r.server.Name): true})
	if err != nil {
		return nil, err
	}
	v.Warnings = append(v.Warnings, unused...)
	if p.config, err = r.config(); err != nil {
		return nil, err
	}
	v.Config, v.Notes = p.config, r.secretNameNotes(p.config)
	if o.Apart && p.configMap != nil {
		text, err := p.configMap.String()
		if err != nil {
			return nil, err
		}
		v.ConfigMap, p.configMap = []byte(text), nil
	}
	v.Text, err = r.text(p)
	return v, err
}

// parts are what the values have of a runner.
type parts struct {
	configMap *yaml.RNode // nil for none
	shown     added.Projection
	checksum  string // of the ConfigMap's data, "" for none
	config    string
}

// A runner is the runner of a release: where it reads its file, and what the file comes from.
type runner struct {
	Options
	server gitlabrunner.Server
	hosted bool // the file is named after the server's host
	at     delivery.Location
	content
}

// runner returns the runner of the options, with what cannot be expressed refused.
func (o Options) runner() (*runner, error) {
	server, err := gitlabrunner.ParseServer(o.ServerURL)
	if err != nil {
		return nil, manifest.NewError(manifest.BadURL, "%w", err)
	}
	way, err := delivery.New(o.Via, o.CertsDir)
	if err != nil {
		return nil, err
	}
	o.ConfigMapName = cmp.Or(o.ConfigMapName, DefaultConfigMapName)
	r := &runner{Options: o, server: server, hosted: way.NeedsHost(), at: delivery.Named(o.CertsDir)}
	if r.hosted {
		r.at = delivery.Location{Dir: path.Clean(cmp.Or(o.CertsDir, defaultCertsDir)), File: server.CertFile}
	}
	if r.content, err = o.choose(server); err != nil {
		return nil, err
	}
	if r.hosted && len(server.CertFile) > maxFileName {
		return nil, r.refuse(manifest.HostTooLong, "the host %q is too long for the name of the runner's file, which has %d bytes and can have %d",
			server.Name, len(server.CertFile), maxFileName)
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

// maxFileName is how long the name of a file can be that is a key of a ConfigMap as well.
const maxFileName = 253

// defaultCertsDir is the directory of a runner that is not root.
var defaultCertsDir = gitlabrunner.CertsDir(-1, gitlabrunner.DefaultHome)

// A content is what the runner's file has.
type content struct {
	bundle *trust.Bundle // nil for the key of an object
	object render.Object
}

func (c content) origin() string {
	if c.bundle != nil {
		return c.bundle.Origin()
	}
	return c.object.String()
}

// choose returns the one content for a server: that for its host, else that for every host.
func (o Options) choose(server gitlabrunner.Server) (content, error) {
	var forHost, general []content
	hosted := slices.DeleteFunc(slices.Clone(o.Sources), func(from render.Source) bool { return from.Host == "" })
	if bundle := render.Choose(hosted, server.Name); bundle != nil {
		forHost = append(forHost, content{bundle: bundle})
	} else if bundle := render.Choose(o.Sources, server.Name); bundle != nil {
		general = append(general, content{bundle: bundle})
	}
	for i, object := range o.Objects {
		switch {
		case slices.Contains(o.Objects[:i], object):
		case object.Host == "":
			general = append(general, content{object: object})
		case strings.EqualFold(object.Host, server.Name):
			forHost = append(forHost, content{object: object})
		}
	}
	if len(forHost) == 0 {
		forHost = general
	}
	if len(forHost) == 1 {
		return forHost[0], nil
	}
	refused := &render.Error{Code: manifest.NoCertificate, Host: server.Address, Err: fmt.Errorf("no certificate is given for the host %q", server.Name)}
	if hosts := o.Hosts(); len(forHost) == 0 && len(hosts) > 0 {
		refused.Err = fmt.Errorf("%w, only for: %s", refused.Err, strings.Join(hosts, ", "))
	}
	if len(forHost) > 1 {
		var names []string
		for _, c := range forHost {
			names = append(names, c.origin())
		}
		refused.Code, refused.Err = manifest.TwoSources, fmt.Errorf("host %s: its certificate is to come from %s, and a runner reads one file",
			server.Name, strings.Join(names, " and from "))
	}
	return content{}, refused
}

// newConfigMap makes the ConfigMap of the certificates, which are checked.
func (r *runner) newConfigMap() (configMap *render.ConfigMap, warnings []trust.Finding, err error) {
	if configMap, err = render.NewConfigMap(r.ConfigMapName); err != nil {
		return nil, nil, r.refuse(manifest.ConfigMapName, "host %s: %w", r.server.Name, err)
	}
	if warnings, err = r.server.About(r.bundle.Check(r.server.Name, r.Now, r.Force)); err != nil {
		return nil, nil, err
	}
	if err := configMap.Add(r.at.File, r.server.Name, r.bundle); err != nil {
		return nil, nil, r.refuse(manifest.TooMuchData, "host %s: %w", r.server.Name, err)
	}
	return configMap, warnings, nil
}

// namespace returns the namespace of the chart's objects, for extraObjects, which go through its
// templates; nil for a ConfigMap apart.
func (o Options) namespace() *yaml.RNode {
	if o.Apart {
		return nil
	}
	node := yamledit.Text("{{ .Values.namespace | default .Release.Namespace }}")
	node.YNode().Style = yaml.DoubleQuotedStyle
	return node
}

// config returns the lines for runners.config. What is to be added to it is an edit here.
func (r *runner) config() (string, error) {
	var edits []func(*tomledit.Config) (string, error)
	if r.Via == pod.WayConfig {
		edits = append(edits, func(c *tomledit.Config) (string, error) { return c.SetTLSCAFile(r.file()) })
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

// file returns the path that the runner reads.
func (r *runner) file() string { return path.Join(r.at.Dir, r.at.File) }

func (r *runner) refuse(code trust.Code, format string, args ...any) error {
	return &render.Error{Code: code, Host: r.server.Address, Err: fmt.Errorf(format, args...)}
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

// secretNameNotes returns a note of that value, where there is a Secret for it.
func (r *runner) secretNameNotes(config string) []trust.Finding {
	name := r.certsSecretName()
	if name == "" {
		return nil
	}
	effect := "alone has the same effect"
	if config != "" {
		effect = "has the effect of volumes and volumeMounts"
	}
	return []trust.Finding{{Code: manifest.CertsSecretName, Message: fmt.Sprintf(
		"certsSecretName: %s %s, in every version of the chart, unless the runner is root", name, effect)}}
}
