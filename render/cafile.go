package render

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/trust"
)

// hasCAFile reports whether CI_SERVER_TLS_CA_FILE is set. An empty one is not, for the runner; one
// that comes from another object may be.
func (c *container) hasCAFile() bool {
	variable := named(c.env, trust.CAFileVariable)
	return text(variable, "value") != "" || value(variable, "valueFrom") != nil
}

// caFileSetting finds the setting in a config.toml. A reader of TOML would see which [[runners]]
// it is for; the chart's template has only one.
var caFileSetting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t]*["']?` + trust.CAFileSetting + `["']?[ \t]*=[ \t]*["']([^"'\r\n]+)["']`)
})

// refuseVariable refuses a container in which CI_SERVER_TLS_CA_FILE wins, also as it comes with all
// the keys of an object that is in the stream.
func (m *manifests) refuseVariable(c *container) error {
	refuse := func(part, why string) error {
		return c.runner.refuse(CAFileSet, c.field(part), "%s, so the runner would look for no other file", why)
	}
	if c.hasCAFile() {
		return refuse("env "+trust.CAFileVariable, "it is set")
	}
	for _, entry := range list(c.node, "envFrom") {
		for kind, key := range map[string]string{"ConfigMap": "configMapRef", "Secret": "secretRef"} {
			name, hasPrefix := strings.CutPrefix(trust.CAFileVariable, text(entry, "prefix"))
			o, err := m.find(kind, text(entry, key, "name"), c.runner.namespace)
			if err != nil {
				return err
			}
			if o != nil && hasPrefix && slices.Contains(o.dataKeys(), name) {
				return refuse("envFrom", o.String()+" has "+trust.CAFileVariable)
			}
		}
	}
	return nil
}

// refuseSetting refuses a container whose configuration has a tls-ca-file.
func (m *manifests) refuseSetting(c *container) error {
	file, configMap, err := m.configuredCAFile(c.runner)
	if err != nil || configMap == nil {
		return err
	}
	return configMap.refuse(CAFileSet, "data", "%s is %q in the configuration of %s, so the runner would not look into its certs directory",
		trust.CAFileSetting, file, c.runner)
}

// configuredCAFile is the tls-ca-file in a ConfigMap of the stream that the runner's pod mounts;
// without one, the ConfigMap is nil.
func (m *manifests) configuredCAFile(r *runner) (file string, configMap *object, err error) {
	if !m.mention(trust.CAFileSetting) {
		return "", nil, nil
	}
	for _, name := range r.configMaps() {
		o, err := m.find("ConfigMap", name, r.namespace)
		if err != nil {
			return "", nil, err
		}
		if file := o.caFileSetting(); file != "" {
			return file, o, nil
		}
	}
	return "", nil, nil
}

// caFileSetting is the first tls-ca-file of a ConfigMap's *.toml; "" for none, or no ConfigMap.
func (o *object) caFileSetting() string {
	if o == nil {
		return ""
	}
	data := value(o.node, "data")
	for _, key := range fields(data) {
		if !strings.HasSuffix(key, ".toml") {
			continue
		}
		if found := caFileSetting().FindStringSubmatch(text(data, key)); found != nil {
			return found[1]
		}
	}
	return ""
}

// configMaps are the names of the ConfigMaps among the pod's volumes.
func (r *runner) configMaps() []string {
	var names []string
	for _, volume := range list(r.pod, "volumes") {
		for _, source := range append([]*yaml.RNode{volume}, list(volume, "projected", "sources")...) {
			if name := text(source, "configMap", "name"); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}
