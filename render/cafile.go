package render

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"helm-runnertrust/trust"
)

// refuseCAFile refuses a runner that would not look into its certs directory:
// one with CI_SERVER_TLS_CA_FILE, or with tls-ca-file in its configuration.
func (f *filter) refuseCAFile(r *runner, c *container) error {
	set, err := c.hasCAFile()
	if err != nil {
		return r.at(err)
	}
	if set {
		return r.refuse(CAFileSet, "container "+c.name+", env "+trust.CAFileVariable,
			"it is set, so the runner would not look into its certs directory")
	}
	file, configMap, err := configuredCAFile(f.documents, r)
	if err != nil || configMap == nil {
		return err
	}
	return configMap.refuse(CAFileSet, "data", "%s is %q in the configuration of %s, so the runner would not look into its certs directory",
		trust.CAFileSetting, file, r)
}

// hasCAFile tells whether CI_SERVER_TLS_CA_FILE is set. An empty one is not,
// for the runner; one that comes from another object may be.
func (c *container) hasCAFile() (bool, error) {
	variable, err := named(c.env, trust.CAFileVariable)
	if err != nil || variable == nil {
		return false, err
	}
	value, err := textAt(variable, "value")
	if err != nil || value != "" {
		return true, err
	}
	source, err := field(variable, "valueFrom")
	return source != nil, err
}

// caFileSetting finds the setting in a config.toml. A reader of TOML would see
// which [[runners]] it is for; the chart's template has only one.
var caFileSetting = regexp.MustCompile(`(?m)^[ \t]*` + trust.CAFileSetting + `[ \t]*=[ \t]*["']([^"'\r\n]+)["']`)

// configuredCAFile is the tls-ca-file in a ConfigMap of the stream that the
// runner's pod mounts; without one, the ConfigMap is nil.
func configuredCAFile(documents []*document, r *runner) (file string, configMap *object, err error) {
	for _, d := range documents {
		if !d.contains("ConfigMap", trust.CAFileSetting) {
			continue
		}
		objects, err := d.objects()
		if err != nil {
			continue // not what the runner reads
		}
		for _, o := range objects {
			if o.kind != "ConfigMap" || !o.sharesNamespace(r.namespace) {
				continue
			}
			mounted, err := r.mounts(o.name)
			if err != nil {
				return "", nil, err
			}
			if file := settingIn(o.node); mounted && file != "" {
				return file, o, nil
			}
		}
	}
	return "", nil, nil
}

// settingIn is the first tls-ca-file of a ConfigMap's *.toml.
func settingIn(configMap *yaml.Node) string {
	data, err := field(configMap, "data")
	if err != nil || data == nil {
		return ""
	}
	for i := 0; i+1 < len(data.Content); i += 2 {
		if !strings.HasSuffix(data.Content[i].Value, ".toml") {
			continue
		}
		if found := caFileSetting.FindStringSubmatch(data.Content[i+1].Value); found != nil {
			return found[1]
		}
	}
	return ""
}

// mounts tells whether the pod has a volume with this ConfigMap.
func (r *runner) mounts(configMap string) (bool, error) {
	volumes, err := r.list(r.pod, "volumes")
	if err != nil {
		return false, err
	}
	var names []string
	for _, volume := range volumes {
		sources, err := fieldAt(volume, "projected", "sources")
		if err != nil {
			return false, r.at(err)
		}
		for _, source := range append([]*yaml.Node{volume}, items(sources)...) {
			name, err := r.textAt(source, "configMap", "name")
			if err != nil {
				return false, err
			}
			names = append(names, name)
		}
	}
	return slices.Contains(names, configMap), nil
}
