package render

import (
	"regexp"
	"strings"
	"sync"

	"helm-runnertrust/gitlabrunner"
)

// A caFile is what CI_SERVER_TLS_CA_FILE of a container says.
type caFile struct {
	path string // "" where the manifests do not tell it
	part string // of the container that says it: "env CI_SERVER_TLS_CA_FILE", "envFrom"
	from string // "ConfigMap/settings", "" for the container itself
}

// caFile is the variable of a container by Kubernetes's rules: an entry of env hides what comes by
// envFrom, of which the last has it. Nil where it is not set, as far as the stream tells; an empty
// one is none for the runner.
func (m *manifests) caFile(c *container) (*caFile, error) {
	if entry := named(c.env, gitlabrunner.CAFileVariable); entry != nil {
		if text(entry, "value") == "" && value(entry, "valueFrom") == nil {
			return nil, nil
		}
		path, _, err := c.variable(gitlabrunner.CAFileVariable)
		if err != nil {
			path = ""
		}
		return &caFile{path: path, part: "env " + gitlabrunner.CAFileVariable}, nil
	}
	var last *caFile
	for _, entry := range list(c.node, "envFrom") {
		key, hasPrefix := strings.CutPrefix(gitlabrunner.CAFileVariable, text(entry, "prefix"))
		if !hasPrefix {
			continue
		}
		for _, shown := range mountables {
			o, err := m.find(shown.kind, text(entry, shown.envFrom, "name"), c.runner.namespace)
			if err != nil || o == nil {
				if err != nil {
					return nil, err
				}
				continue
			}
			content, ok, err := o.dataOf(key)
			if err != nil {
				return nil, err
			}
			if ok {
				last = &caFile{path: string(content), part: "envFrom", from: o.String()}
			}
		}
	}
	if last != nil && last.path == "" {
		return nil, nil
	}
	return last, nil
}

// caFileSetting finds the setting in a config.toml that is none of the templates: one that does not
// parse, or has several [[runners]].
var caFileSetting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t]*["']?` + gitlabrunner.CAFileSetting + `["']?[ \t]*=[ \t]*["']([^"'\r\n]+)["']`)
})

// refuseVariable refuses a container in which CI_SERVER_TLS_CA_FILE wins.
func (m *manifests) refuseVariable(c *container) error {
	set, err := m.caFile(c)
	if err != nil || set == nil {
		return err
	}
	why := "it is set"
	if set.from != "" {
		why = set.from + " has " + gitlabrunner.CAFileVariable
	}
	return c.runner.refuse(CAFileSet, c.field(set.part), "%s, so the runner would look for no other file", why)
}

// refuseSetting refuses a container whose configuration has a tls-ca-file.
func (m *manifests) refuseSetting(c *container) error {
	file, configMap, err := m.configuredCAFile(c.runner)
	if err != nil || configMap == nil {
		return err
	}
	return configMap.refuse(CAFileSet, "data", "%s is %q in the configuration of %s, so the runner would not look into its certs directory",
		gitlabrunner.CAFileSetting, file, c.runner)
}

// configuredCAFile is the tls-ca-file in a ConfigMap of the stream that the runner's pod mounts;
// without one, the ConfigMap is nil.
func (m *manifests) configuredCAFile(r *runner) (file string, configMap *object, err error) {
	if !m.mentionsSetting() {
		return "", nil, nil
	}
	for _, name := range r.configMaps() {
		o, err := m.find("ConfigMap", name, r.namespace)
		if err != nil {
			return "", nil, err
		}
		if file := m.caFileSetting(o); file != "" {
			return file, o, nil
		}
	}
	return "", nil, nil
}

// caFileSetting is the first tls-ca-file of a ConfigMap's *.toml; "" for none, or no ConfigMap.
func (m *manifests) caFileSetting(o *object) string {
	if o == nil {
		return ""
	}
	data := value(o.node, "data")
	for _, key := range fields(data) {
		if !strings.HasSuffix(key, ".toml") {
			continue
		}
		written := text(data, key)
		config, err := m.config(written)
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

// configMaps are the names of the ConfigMaps among the pod's volumes.
func (r *runner) configMaps() []string {
	var names []string
	for _, v := range r.volumes() {
		for _, parent := range v.sources() {
			if name := text(parent, "configMap", "name"); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}
