package pod

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/tomledit"
	"helm-runnertrust/trust"
)

// TemplateKey is the key of the template that registration copies the runner's settings from. The
// chart has it since 0.20, where runners.config is not empty.
const TemplateKey = "config.template.toml"

// chartFolder is the folder of the chart's script, which takes the template from there
// (register-the-runner in templates/configmap.yaml of the chart).
const chartFolder = "/configmaps"

// A Template is the config.template.toml of a runner.
type Template struct {
	ConfigMap *manifest.Object // or a Secret; nil where the stream has none
	key       string           // of it

	hidden error            // why the stream does not show it
	unsure error            // why the runner may not read what the stream shows
	config *tomledit.Config // of the text that was parsed last
	fault  error            // of that text
	parsed string
}

// ConfigTemplate returns the template of the runner. It refuses one that cannot be edited.
func (r *Runner) ConfigTemplate() (*Template, error) {
	t, err := r.findTemplate()
	switch {
	case err != nil:
		return nil, err
	case t == nil:
		return nil, r.Refuse(manifest.NoTemplate, "volumes", "none of the ConfigMaps of the stream that the pod mounts has a %s", TemplateKey)
	case t.ConfigMap.Kind != "ConfigMap" || t.key != TemplateKey || manifest.Value(t.ConfigMap.Node, "data", TemplateKey) == nil:
		return nil, t.ConfigMap.Refuse(manifest.BadTemplate, t.key, "it is the runner's template, and only one in the data of a ConfigMap, under %s, can be changed", TemplateKey)
	case manifest.IsTrue(manifest.Text(t.ConfigMap.Node, "immutable")):
		return nil, t.ConfigMap.Refuse(manifest.BadTemplate, "immutable", "it is immutable, so %s cannot be changed", TemplateKey)
	}
	return t, nil
}

// findTemplate returns the runner's template; nil where it has none. What the stream does not show is an error, and so is
// one that not all of its containers have.
func (r *Runner) findTemplate() (*Template, error) {
	if r.template == nil {
		r.template = &Template{}
		for at, c := range r.Containers {
			t := c.template()
			if first := r.template; at > 0 && (t.ConfigMap != first.ConfigMap || t.key != first.key) {
				t.ConfigMap, t.hidden = nil, r.Refuse(manifest.BadTemplate, c.Field(TemplateKey), "it is not that of the other containers")
				r.template = t
				break
			}
			r.template = t
		}
	}
	if r.template.ConfigMap == nil {
		return nil, r.template.hidden
	}
	return r.template, nil
}

// template returns what registration in a container takes for its template: the file in the folder of the chart, else
// one that a ConfigMap of the stream shows in any folder.
func (c *Container) template() *Template {
	t := &Template{}
	folders, isChart := c.templateFolders()
	for _, folder := range folders {
		at := path.Join(folder, TemplateKey)
		f, err := c.Open(at)
		switch {
		case err != nil:
			t.hidden = err
		case t.ConfigMap != nil || f.State == Missing || f.State == Unmounted:
		case f.object != nil && (isChart || f.Kind == "ConfigMap"):
			t.ConfigMap, t.key = f.object, f.Key
			if f.State == Unreadable || f.State == Unsure {
				t.unsure = c.Runner.Refuse(manifest.BadTemplate, c.Field(at), "%s %s", f.From, f.Why)
			}
		case isChart:
			t.hidden = c.Runner.Refuse(manifest.BadTemplate, c.Field(at), "its content is not known: %s %s", f.From, f.Why)
		}
	}
	if other := c.Variable("TEMPLATE_CONFIG_FILE"); t.ConfigMap == nil && t.hidden == nil && other.Set { // the chart's script wins over it
		t.hidden = other.Refuse(manifest.BadTemplate, "it names another template than the chart's")
	}
	return t
}

// templateFolders returns where a template may be: the chart's folder alone where something is mounted there.
func (c *Container) templateFolders() (folders []string, isChart bool) {
	folders = []string{chartFolder}
	if slices.ContainsFunc(c.Mounts, func(m Mount) bool { return m.Path == chartFolder || IsBelow(m.Path, chartFolder) }) {
		return folders, true
	}
	for _, m := range c.Mounts {
		folders = append(folders, strings.TrimSuffix(m.Path, "/"+TemplateKey))
	}
	return folders, false
}

// copiedFault returns what is wrong with a config.toml beside the template, which the chart's script copies before
// registration; nil for nothing. A key of an object is looked at once, for whichever container.
func (c *Container) copiedFault(checked map[string]bool) error {
	folders, _ := c.templateFolders()
	for _, folder := range folders {
		f, _ := c.Open(path.Join(folder, "config.toml"))
		if f.State != Found || checked[f.From+f.Key] {
			continue
		}
		checked[f.From+f.Key] = true
		if err := tomledit.CheckCopied(string(f.Bytes)); err != nil {
			return f.object.Refuse(manifest.BadTemplate, f.Key, "%w", err)
		}
	}
	return nil
}

// TemplateFault returns what keeps a runner from registering with its template, with an unknown status where it only
// may ("configuration template must contain exactly one [[runners]] entry" in commands/register.go of gitlab-runner);
// nil for nothing.
func (r *Runner) TemplateFault() *trust.Verdict {
	t, _ := r.findTemplate()
	if t == nil {
		return nil
	}
	_, err := t.Config()
	if fault, ok := errors.AsType[*tomledit.Error](err); ok && fault.Fatal {
		return templateVerdict(trust.StatusFailed, "registration fails: ", err)
	}
	return templateVerdict(trust.StatusUnknown, "registration may fail: ", err)
}

// TemplateUnknown returns that the stream does not show the runner's template for sure, which may name another file; nil
// where it does. The filter does not warn of it, as its stream may be a part of the release.
func (r *Runner) TemplateUnknown() *trust.Verdict {
	t, err := r.findTemplate()
	if t != nil && t.unsure != nil {
		return templateVerdict(trust.StatusUnknown, "it may not read its template: ", t.unsure)
	}
	return templateVerdict(trust.StatusUnknown, "its template may have a tls-ca-file: ", err)
}

// RegistrationFault returns, with an unknown status, what besides the template may keep a runner from registering: a
// config.toml, or a variable with a value of another type; nil for nothing.
func (r *Runner) RegistrationFault() *trust.Verdict {
	checked := map[string]bool{}
	for _, c := range r.Containers {
		if err := cmp.Or(c.copiedFault(checked), c.variableFault()); err != nil {
			return templateVerdict(trust.StatusUnknown, "registration may fail: ", err)
		}
	}
	return nil
}

// registerTypes are variables of `gitlab-runner register` by the types of their values.
var registerTypes = []struct {
	names, otherwise string
	parse            func(value string) error
}{
	{`KUBERNETES_PRIVILEGED KUBERNETES_ALLOW_PRIVILEGE_ESCALATION KUBERNETES_NAMESPACE_PER_JOB KUBERNETES_BEARER_TOKEN_OVERWRITE_ALLOWED
		REGISTER_RUN_UNTAGGED REGISTER_LOCKED REGISTER_PAUSED CACHE_SHARED CACHE_S3_INSECURE CACHE_S3_PATH_STYLE RUNNER_DEBUG_TRACE_DISABLED`,
		"is neither true nor false", func(value string) error { _, err := strconv.ParseBool(value); return err }},
	{`RUNNER_LIMIT RUNNER_OUTPUT_LIMIT RUNNER_REQUEST_CONCURRENCY REGISTER_MAXIMUM_TIMEOUT KUBERNETES_POLL_INTERVAL
		KUBERNETES_POLL_TIMEOUT KUBERNETES_CLEANUP_GRACE_PERIOD_SECONDS KUBERNETES_POD_TERMINATION_GRACE_PERIOD_SECONDS`,
		"is no whole number", func(value string) error { _, err := strconv.ParseInt(value, 0, 64); return err }},
}

// variableFault returns which variable registration cannot parse; nil for none.
func (c *Container) variableFault() error {
	for _, known := range registerTypes {
		for name := range strings.FieldsSeq(known.names) {
			if s := c.Variable(name); s.Value != "" && known.parse(s.Value) != nil {
				return s.Refuse(manifest.BadTemplate, "%q %s", s.Value, known.otherwise)
			}
		}
	}
	return nil
}

// templateVerdict is about a fault of the template; nil for any other error, and for none.
func templateVerdict(status trust.Status, begin string, err error) *trust.Verdict {
	found, isRefusal := errors.AsType[*manifest.Error](err)
	if !isRefusal {
		return nil
	}
	return &trust.Verdict{Status: status, Finding: trust.Finding{Code: manifest.BadTemplate, Message: begin + found.Object + ", " + found.Field + ": " + found.Err.Error()}}
}

// readable returns the template, parsed: for each [[runners]] one, of which registration takes a single one only. It is
// an empty one where the stream has none that can be read.
func (r *Runner) readable() (all []*Template) {
	if t, err := r.findTemplate(); err == nil && t != nil {
		if _, err = t.Config(); err == nil {
			return []*Template{t}
		}
		if several, ok := errors.AsType[*tomledit.Error](err); ok {
			for _, config := range several.Each {
				one := *t
				one.config = config
				all = append(all, &one)
			}
		}
	}
	if len(all) == 0 {
		all = append(all, &Template{config: &tomledit.Config{}})
	}
	return all
}

// Config returns the parsed template; an empty one where the stream has none that can be read.
func (r *Runner) Config() *tomledit.Config { return r.readable()[0].config }

// TemplateIn returns the template in a ConfigMap; nil without one that can be read.
func TemplateIn(o *manifest.Object) *Template {
	if o != nil {
		if _, ok, err := o.Data(TemplateKey); ok && err == nil {
			return &Template{ConfigMap: o, key: TemplateKey}
		}
	}
	return nil
}

// Text returns the template's TOML.
func (t *Template) Text() string {
	text, _, _ := t.ConfigMap.Data(t.key)
	return string(text)
}

// Config parses the template, once for a text.
func (t *Template) Config() (*tomledit.Config, error) {
	if text := t.Text(); t.config == nil && t.fault == nil || t.parsed != text {
		config, err := tomledit.Parse(text)
		t.config, t.parsed, t.fault = config, text, t.WithPlace(err)
	}
	return t.config, t.fault
}

// setting returns the string or the bool at a path of keys below [[runners]], once the template was parsed.
func (t *Template) setting(path ...string) Setting {
	found, line := t.config.Value(path...)
	value, _ := found.(string)
	if found == true {
		value = "true"
	}
	return Setting{Set: value != "", Value: value, by: t.ConfigMap, field: fmt.Sprintf("data %s, line %d, %s", t.key, line, path[len(path)-1])}
}

// WithPlace adds the template's place to an error of its TOML; nil for nil.
func (t *Template) WithPlace(err error) error {
	if err == nil {
		return nil
	}
	if edit, ok := errors.AsType[*tomledit.Error](err); ok && edit.Add != "" {
		err = fmt.Errorf("%w; add it in the chart's values by hand:\n%s", err, strings.TrimRight(edit.Add, "\n"))
	}
	return t.ConfigMap.Refuse(manifest.BadTemplate, "data "+t.key, "%w", err)
}

// caFile returns the tls-ca-file of the runner's template. One that is in a text which is no template does not show its
// value: it does not parse, or has several [[runners]].
func (r *Runner) caFile() (s Setting) {
	t, _ := r.findTemplate()
	if t != nil {
		if _, err := t.Config(); err == nil {
			s = t.setting(gitlabrunner.CAFileSetting)
		} else if strings.Contains(strings.ToLower(t.Text()), gitlabrunner.CAFileSetting) {
			s = Setting{Set: true, by: t.ConfigMap, field: "data " + t.key + ", " + gitlabrunner.CAFileSetting}
		}
	}
	return s
}
