package pod

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/tomledit"
	"helm-runnertrust/render/yamledit"
)

// TemplateKey is the key of the template that registration copies the runner's settings from. The
// chart has it since 0.20, where runners.config is not empty.
const TemplateKey = "config.template.toml"

// Templates reads the configurations in the ConfigMaps of a stream, each text once: many runners can
// share one.
type Templates struct {
	stream    *manifest.Stream
	configs   map[string]*tomledit.Config // by their text
	mentioned func() bool
}

// NewTemplates returns the configurations of a stream.
func NewTemplates(stream *manifest.Stream) *Templates {
	return &Templates{stream: stream, configs: map[string]*tomledit.Config{}, mentioned: sync.OnceValue(func() bool {
		return slices.ContainsFunc(stream.Documents, mentionsSetting)
	})}
}

// mentionsSetting reports whether a document may have the setting tls-ca-file in a TOML file, in any
// case, as the runner's library takes it, or with an escape in its name.
func mentionsSetting(doc *yamledit.Document) bool {
	if !doc.Contains(".toml") {
		return false
	}
	text := bytes.ToLower(doc.Text())
	return bytes.Contains(text, []byte(gitlabrunner.CAFileSetting)) || bytes.Contains(text, []byte(`\u`))
}

// parse reads a TOML text.
func (t *Templates) parse(text string) (*tomledit.Config, error) {
	if known := t.configs[text]; known != nil {
		return known, nil
	}
	config, err := tomledit.Parse(text)
	if err == nil {
		t.configs[text] = config
	}
	return config, err
}

// A Template is the config.template.toml of a runner.
type Template struct {
	ConfigMap *manifest.Object
	templates *Templates
}

// Of returns the template in a ConfigMap that the runner's pod mounts. It refuses one that cannot be
// edited.
func (t *Templates) Of(r *Runner) (*Template, error) {
	for _, name := range r.ConfigMaps() {
		template, err := t.In(name, r.Namespace)
		if err != nil || template != nil {
			return template, err
		}
	}
	return nil, r.Refuse(manifest.NoTemplate, "volumes", "none of the ConfigMaps of the stream that the pod mounts has a %s", TemplateKey)
}

// In returns the template in a ConfigMap; nil without one.
func (t *Templates) In(configMap, namespace string) (*Template, error) {
	o, err := t.stream.Find("ConfigMap", configMap, namespace)
	if err != nil || o == nil {
		return nil, err
	}
	switch {
	case manifest.Value(o.Node, "binaryData", TemplateKey) != nil:
		return nil, o.Refuse(manifest.BadTemplate, "binaryData "+TemplateKey, "it is not text, so nothing can be written into it")
	case manifest.Value(o.Node, "data", TemplateKey) == nil:
		return nil, nil
	case manifest.IsTrue(manifest.Text(o.Node, "immutable")):
		return nil, o.Refuse(manifest.BadTemplate, "immutable", "it is immutable, so %s cannot be changed", TemplateKey)
	}
	return &Template{ConfigMap: o, templates: t}, nil
}

// Text returns the template's TOML.
func (t *Template) Text() string { return manifest.Text(t.ConfigMap.Node, "data", TemplateKey) }

// Config parses the template.
func (t *Template) Config() (*tomledit.Config, error) {
	config, err := t.templates.parse(t.Text())
	return config, t.WithPlace(err)
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

// CAFile returns the tls-ca-file in a ConfigMap of the stream that the runner's pod mounts; nil
// without one.
func (t *Templates) CAFile(r *Runner) (*Setting, error) {
	if !t.mentioned() {
		return nil, nil
	}
	for _, name := range r.ConfigMaps() {
		o, err := t.stream.Find("ConfigMap", name, r.Namespace)
		if err != nil {
			return nil, err
		}
		if o == nil {
			continue
		}
		if file := t.caFileIn(o); file != "" {
			return &Setting{Path: file, ConfigMap: o}, nil
		}
	}
	return nil, nil
}

// caFileSetting finds the setting in a config.toml that is not a template: one that does not parse, or
// has several [[runners]].
var caFileSetting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t]*["']?` + gitlabrunner.CAFileSetting + `["']?[ \t]*=[ \t]*["']([^"'\r\n]+)["']`)
})

// caFileIn returns the first tls-ca-file of a ConfigMap's *.toml; "" without one.
func (t *Templates) caFileIn(o *manifest.Object) string {
	data := manifest.Value(o.Node, "data")
	for _, key := range manifest.Fields(data) {
		if !strings.HasSuffix(key, ".toml") {
			continue
		}
		written := manifest.Text(data, key)
		config, err := t.parse(written)
		if err == nil {
			if file, _, set := config.TLSCAFile(); set {
				return file
			}
		} else if found := caFileSetting().FindStringSubmatch(written); found != nil {
			return found[1]
		}
	}
	return ""
}
