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
	file, configMap, err := f.configuredCAFile(r)
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
var caFileSetting = regexp.MustCompile(`(?m)^[ \t]*["']?` + trust.CAFileSetting + `["']?[ \t]*=[ \t]*["']([^"'\r\n]+)["']`)

// configuredCAFile is the tls-ca-file in a ConfigMap of the stream that the
// runner's pod mounts; without one, the ConfigMap is nil.
func (f *filter) configuredCAFile(r *runner) (file string, configMap *object, err error) {
	if !slices.ContainsFunc(f.documents, func(d *document) bool { return d.contains(trust.CAFileSetting) }) {
		return "", nil, nil
	}
	names, err := r.configMaps()
	if err != nil {
		return "", nil, err
	}
	for _, name := range names {
		if o := f.find("ConfigMap", name, r.namespace); o != nil {
			file, err := o.caFileSetting()
			if err != nil || file != "" {
				return file, o, err
			}
		}
	}
	return "", nil, nil
}

// caFileSetting is the first tls-ca-file of a ConfigMap's *.toml.
func (o *object) caFileSetting() (string, error) {
	data, err := field(o.node, "data")
	if err != nil || data == nil {
		return "", o.at(err)
	}
	for i := 0; i+1 < len(data.Content); i += 2 {
		if !strings.HasSuffix(data.Content[i].Value, ".toml") {
			continue
		}
		if found := caFileSetting.FindStringSubmatch(data.Content[i+1].Value); found != nil {
			return found[1], nil
		}
	}
	return "", nil
}

// configMaps are the names of the ConfigMaps among the pod's volumes.
func (r *runner) configMaps() ([]string, error) {
	volumes, err := r.list(r.pod, "volumes")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, volume := range volumes {
		sources, err := fieldAt(volume, "projected", "sources")
		if err != nil {
			return nil, r.at(err)
		}
		for _, source := range append([]*yaml.Node{volume}, items(sources)...) {
			name, err := r.textAt(source, "configMap", "name")
			if err != nil {
				return nil, err
			}
			if name != "" {
				names = append(names, name)
			}
		}
	}
	return names, nil
}
