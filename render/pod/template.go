package pod

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/tomledit"
	"helm-runnertrust/trust"
)

// TemplateKey is the key of the template that registration copies the runner's settings from. The
// chart has it since 0.20, where runners.config is not empty.
const TemplateKey = "config.template.toml"

// A Template is the config.template.toml of a runner.
type Template struct {
	ConfigMap *manifest.Object
	config    *tomledit.Config // of the text that was parsed last
	parsed    string
}

// ConfigTemplate returns the template in a ConfigMap that the runner's pod mounts. It refuses one that cannot be
// edited.
func (r *Runner) ConfigTemplate() (*Template, error) {
	t, err := r.findTemplate()
	switch {
	case err != nil:
		return nil, err
	case t == nil:
		return nil, r.Refuse(manifest.NoTemplate, "volumes", "none of the ConfigMaps of the stream that the pod mounts has a %s", TemplateKey)
	case manifest.IsTrue(manifest.Text(t.ConfigMap.Node, "immutable")):
		return nil, t.ConfigMap.Refuse(manifest.BadTemplate, "immutable", "it is immutable, so %s cannot be changed", TemplateKey)
	}
	return t, nil
}

// findTemplate returns the runner's template; nil where the stream has none.
func (r *Runner) findTemplate() (_ *Template, err error) {
	for _, o := range r.configMaps() {
		if r.template != nil {
			break
		}
		if r.template, err = TemplateIn(o); err != nil {
			return nil, err
		}
	}
	return r.template, nil
}

// TemplateFault returns what keeps a runner from registering with its template, with an unknown status where it only
// may ("configuration template must contain exactly one [[runners]] entry" in commands/register.go of gitlab-runner);
// nil for nothing.
func (r *Runner) TemplateFault() *trust.Verdict {
	t, err := r.findTemplate()
	if t != nil {
		_, err = t.Config()
	}
	found, isRefusal := errors.AsType[*manifest.Error](err)
	if !isRefusal {
		return nil
	}
	v := trust.Verdict{Status: trust.StatusUnknown, Finding: trust.Finding{Code: manifest.BadTemplate, Message: "registration may fail: "}}
	if fault, ok := errors.AsType[*tomledit.Error](err); ok && fault.Fatal {
		v.Status, v.Finding.Message = trust.StatusFailed, "registration fails: "
	}
	v.Finding.Message += found.Object + ", " + found.Field + ": " + found.Err.Error()
	return &v
}

// configMaps returns the ConfigMaps of the stream whose template a volume shows a container that registers a runner.
func (r *Runner) configMaps() (all []*manifest.Object) {
	shown := func(i Item) bool { return i.Key == TemplateKey && i.Path == TemplateKey }
	for _, v := range r.Volumes {
		if !slices.ContainsFunc(r.Containers, func(c *Container) bool { return c.mounts(v.Name) }) {
			continue
		}
		for _, s := range v.Sources {
			if s.Kind != "ConfigMap" || len(s.Items) > 0 && !slices.ContainsFunc(s.Items, shown) {
				continue
			}
			if o := r.find(s); o != nil {
				all = append(all, o)
			}
		}
	}
	return all
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
				all = append(all, &Template{ConfigMap: t.ConfigMap, config: config})
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

// TemplateIn returns the template in a ConfigMap; nil without one.
func TemplateIn(o *manifest.Object) (*Template, error) {
	if o == nil || !slices.Contains(o.DataKeys(), TemplateKey) {
		return nil, nil
	}
	if _, _, err := o.Data(TemplateKey); err != nil {
		return nil, err
	}
	return &Template{ConfigMap: o}, nil
}

// Text returns the template's TOML.
func (t *Template) Text() string { return manifest.Text(t.ConfigMap.Node, "data", TemplateKey) }

// Config parses the template.
func (t *Template) Config() (*tomledit.Config, error) {
	if text := t.Text(); t.config == nil || t.parsed != text {
		config, err := tomledit.Parse(text)
		if err != nil {
			return nil, t.WithPlace(err)
		}
		t.config, t.parsed = config, text
	}
	return t.config, nil
}

// setting returns the string or the bool at a path of keys below [[runners]], once the template was parsed.
func (t *Template) setting(path ...string) Setting {
	found, line := t.config.Value(path...)
	value, _ := found.(string)
	if found == true {
		value = "true"
	}
	return Setting{Set: value != "", Value: value, by: t.ConfigMap, field: fmt.Sprintf("data %s, line %d, %s", TemplateKey, line, path[len(path)-1])}
}

// WithPlace adds the template's place to an error of its TOML; nil for nil.
func (t *Template) WithPlace(err error) error {
	if err == nil {
		return nil
	}
	if edit, ok := errors.AsType[*tomledit.Error](err); ok && edit.Add != "" {
		err = fmt.Errorf("%w; add it in the chart's values by hand:\n%s", err, strings.TrimRight(edit.Add, "\n"))
	}
	return t.ConfigMap.Refuse(manifest.BadTemplate, "data "+TemplateKey, "%w", err)
}

// caFile returns the first tls-ca-file in a *.toml of the ConfigMaps that the runner's pod mounts. One that
// is in a text which is no template does not show its value: it does not parse, or has several [[runners]].
func (r *Runner) caFile() Setting {
	for _, o := range r.configMaps() {
		for _, key := range o.DataKeys() {
			text := manifest.Text(o.Node, "data", key)
			if !strings.HasSuffix(key, ".toml") || !strings.Contains(strings.ToLower(text), gitlabrunner.CAFileSetting) {
				continue
			}
			s := Setting{Set: true, by: o, field: "data " + key + ", " + gitlabrunner.CAFileSetting}
			if config, err := tomledit.Parse(text); err == nil {
				s.Value, _, _ = config.TLSCAFile()
				s.Set = s.Value != ""
			}
			if s.Set {
				return s
			}
		}
	}
	return Setting{}
}
