package pod

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
)

// A Setting is what a variable of a container, or the configuration of its runner, is set to. Set to
// nothing is not set, for Go's programs and the runner.
type Setting struct {
	Set   bool
	Value string           // "" where the manifests do not have it
	From  *manifest.Object // whose keys envFrom sets; nil for none

	Unseen string // the object that envFrom names and the stream does not have, so that it may set it; "" for none
	Key    string // in there

	by    *manifest.Object // the Deployment, or the ConfigMap of the configuration
	field string           // in there
}

// ErrUnknown says that a value is not in the manifest: it is empty, null, comes from another object,
// or refers to another variable.
var ErrUnknown = errors.New("not in the manifest")

// Refuse makes the Error of a Setting that is set.
func (s Setting) Refuse(code trust.Code, format string, args ...any) error {
	return s.by.Refuse(code, s.field, format, args...)
}

// Variable returns an environment variable, as far as the stream shows it. An entry of env hides what
// comes by envFrom.
func (c *Container) Variable(name string) Setting {
	entry := c.env[name]
	if entry == nil {
		return c.fromObjects(name)
	}
	value := manifest.Text(entry, "value")
	s := Setting{Set: value != "" || manifest.Value(entry, "valueFrom") != nil, by: c.Runner.Object, field: c.Field("env " + name)}
	if !strings.Contains(strings.ReplaceAll(value, "$$", ""), "$(") {
		s.Value = strings.ReplaceAll(value, "$$", "$") // third_party/forked/golang/expansion of Kubernetes
	}
	return s
}

// fromObjects returns the variable that comes by envFrom: the last entry that has it counts. An object
// that need not be there when the pod starts does not show its value.
func (c *Container) fromObjects(name string) (s Setting) {
	for _, entry := range manifest.List(c.Node, "envFrom") {
		key, hasPrefix := strings.CutPrefix(name, manifest.Text(entry, "prefix"))
		for _, shown := range Mountables {
			object := manifest.Text(entry, shown.EnvFrom, "name")
			if object == "" || !hasPrefix {
				continue
			}
			o := c.Runner.stream.Find(shown.Kind, object, c.Runner.Namespace)
			if o == nil {
				s.Unseen, s.Key = shown.Kind+"/"+object, key
				continue
			}
			if !slices.Contains(o.DataKeys(), key) {
				continue
			}
			value, _, err := o.Data(key)
			s = Setting{Set: err != nil || len(value) > 0, From: o, by: c.Runner.Object, field: c.Field("envFrom " + o.String() + ", " + name)}
			if s.Value = string(value); c.Runner.absence(o) != "" {
				s.Set, s.Value = true, ""
			}
		}
	}
	return s
}

// variables returns the values of the variables that the stream shows, by their names.
func (c *Container) variables() map[string]string {
	all := map[string]string{}
	for _, entry := range manifest.List(c.Node, "envFrom") {
		for _, shown := range Mountables {
			o := c.Runner.stream.Find(shown.Kind, manifest.Text(entry, shown.EnvFrom, "name"), c.Runner.Namespace)
			if o == nil || c.Runner.absence(o) != "" {
				continue
			}
			for _, key := range o.DataKeys() {
				value, _, _ := o.Data(key) // what cannot be read is refused where it matters
				all[manifest.Text(entry, "prefix")+key] = string(value)
			}
		}
	}
	for name := range c.env {
		all[name] = c.Variable(name).Value
	}
	return all
}

// reference matches the reference to a variable in a text that Kubernetes expands, and what `$$` keeps from being one.
var reference = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$\$|\$\(([^)]*)\)`) })

// lacksVariable reports whether a text refers to a variable that the container does not have, for sure.
func (c *Container) lacksVariable(text string) bool {
	return slices.ContainsFunc(reference().FindAllStringSubmatch(text, -1), func(found []string) bool {
		s := c.Variable(found[1])
		return found[0] != "$$" && c.env[found[1]] == nil && s.From == nil && s.Unseen == ""
	})
}

// absence says why an object of the stream need not be there when the pod starts; "" where it is.
func (r *Runner) absence(o *manifest.Object) string {
	switch {
	case o.IsHook():
		return "is a Helm hook, which need not be there when the pod starts"
	case r.stream.Namespace == "" && o.Namespace != r.Namespace:
		return fmt.Sprintf("has the namespace %s and the Deployment %s: -n NAMESPACE says which one the release has",
			cmp.Or(o.Namespace, "of the release"), cmp.Or(r.Namespace, "that of the release"))
	}
	return ""
}

// registered returns what registration gives a runner: a variable wins over its template
// (commands/register.go of gitlab-runner).
func (c *Container) registered(t *Template, variable string, path ...string) Setting {
	if s := c.Variable(variable); s.Set {
		return s
	}
	return t.setting(path...)
}

// switchedOn returns the variable or the setting of the template that turns something on; an unset one where neither does.
// Of a variable that is false, registration takes the template's value (mergo replaces what is empty).
func (c *Container) switchedOn(t *Template, variable string, path ...string) Setting {
	if s := c.Variable(variable); s.Set && !s.isFalse() {
		return s
	}
	return t.setting(path...)
}

// isFalse reports whether gitlab-runner reads a variable as false (strconv.ParseBool).
func (s Setting) isFalse() bool {
	value, err := strconv.ParseBool(s.Value)
	return err == nil && !value
}

// CAFile returns the file that a setting leads the runner to, and by which way; WayCertsDir where none
// does. The variable wins over the configuration (network/client.go of gitlab-runner).
func (c *Container) CAFile() (Way, Setting) {
	if s := c.Variable(gitlabrunner.CAFileVariable); s.Set {
		return WayEnv, s
	}
	if s := c.Runner.caFile(); s.Set {
		return WayConfig, s
	}
	return WayCertsDir, Setting{}
}

// RefuseWinner refuses a container in which another setting would win over a way.
func (c *Container) RefuseWinner(over Way) error {
	way, s := c.CAFile()
	if way == over || way == WayCertsDir {
		return nil
	}
	return s.Refuse(manifest.CAFileSet, "it is set, so the runner would look for no other file")
}
