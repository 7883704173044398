package pod

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/tomledit"
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
	for _, name := range r.ConfigMaps() {
		if r.template != nil {
			break
		}
		var err error
		if r.template, err = TemplateIn(r.stream, name, r.Namespace); err != nil {
			return nil, err
		}
	}
	if r.template == nil {
		return nil, r.Refuse(manifest.NoTemplate, "volumes", "none of the ConfigMaps of the stream that the pod mounts has a %s", TemplateKey)
	}
	return r.template, nil
}

// readable returns the template; nil where the stream has none that can be read.
func (r *Runner) readable() *Template {
	t, err := r.ConfigTemplate()
	if err == nil {
		_, err = t.Config()
	}
	if err != nil {
		return nil
	}
	return t
}

// TemplateIn returns the template in a ConfigMap of a stream; nil without one.
func TemplateIn(stream *manifest.Stream, configMap, namespace string) (*Template, error) {
	o := stream.Find("ConfigMap", configMap, namespace)
	if o == nil || !slices.Contains(o.DataKeys(), TemplateKey) {
		return nil, nil
	}
	switch {
	case manifest.Value(o.Node, "binaryData", TemplateKey) != nil:
		return nil, o.Refuse(manifest.BadTemplate, "binaryData "+TemplateKey, "it is not text, so nothing can be written into it")
	case manifest.IsTrue(manifest.Text(o.Node, "immutable")):
		return nil, o.Refuse(manifest.BadTemplate, "immutable", "it is immutable, so %s cannot be changed", TemplateKey)
	}
	return &Template{ConfigMap: o}, o.CheckData()
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

// setting returns the string or the bool at a path of keys below [[runners]], once the template was parsed;
// a nil template has none.
func (t *Template) setting(path ...string) Setting {
	if t == nil {
		return Setting{}
	}
	value, line, _ := t.config.String(path...)
	if is, at, _ := t.config.Bool(path...); is {
		value, line = "true", at
	}
	return Setting{Set: value != "", Value: value, by: t.ConfigMap, field: fmt.Sprintf("data %s, line %d, %s", TemplateKey, line, path[len(path)-1])}
}

// WithPlace adds the template's place to an error of its TOML; nil for nil.
func (t *Template) WithPlace(err error) error {
	if err == nil {
		return nil
	}
	if edit, ok := errors.AsType[*tomledit.EditError](err); ok && edit.Add != "" {
		err = fmt.Errorf("%w; add it in the chart's values by hand:\n%s", err, strings.TrimRight(edit.Add, "\n"))
	}
	return t.ConfigMap.Refuse(manifest.BadTemplate, "data "+TemplateKey, "%w", err)
}

// caFileSetting finds tls-ca-file in a config.toml that is not a template: one that does not parse, or
// has several [[runners]].
var caFileSetting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?im)^[ \t]*["']?` + gitlabrunner.CAFileSetting + `["']?[ \t]*=[ \t]*["']([^"'\r\n]+)["']`)
})

// caFile returns the first tls-ca-file in a *.toml of the ConfigMaps that the runner's pod mounts.
func (r *Runner) caFile() Setting {
	for _, name := range r.ConfigMaps() {
		o := r.stream.Find("ConfigMap", name, r.Namespace)
		if o == nil {
			continue
		}
		for _, key := range o.DataKeys() {
			if text := manifest.Text(o.Node, "data", key); strings.HasSuffix(key, ".toml") {
				if file := caFileIn(text); file != "" {
					return Setting{Set: true, Value: file, by: o, field: "data " + key + ", " + gitlabrunner.CAFileSetting}
				}
			}
		}
	}
	return Setting{}
}

func caFileIn(text string) (file string) {
	if !strings.Contains(strings.ToLower(text), gitlabrunner.CAFileSetting) {
		return ""
	}
	if config, err := tomledit.Parse(text); err == nil {
		file, _, _ = config.TLSCAFile()
	} else if found := caFileSetting().FindStringSubmatch(text); found != nil {
		file = found[1]
	}
	return file
}
