package render

import (
	"errors"
	"math"
	"path"
	"strings"

	"helm-runnertrust/gitlabrunner"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A runner is a Deployment with at least one container that runs a gitlab-runner. What its
// containers read is derived from the manifest by Kubernetes's rules, and handed to the runner's
// own rules in package trust.
type runner struct {
	*object
	template   *yaml.RNode // spec.template
	pod        *yaml.RNode // spec.template.spec
	containers []*container
	earlier    []string // ConfigMaps that it may have had from a run before
}

// A container is one that runs a gitlab-runner.
type container struct {
	runner *runner
	node   *yaml.RNode
	name   string
	env    []*yaml.RNode
}

// asRunner reads a Deployment; nil when it is no runner. With a name (the Deployment option), the
// Deployment of this name is one, whatever it holds.
func (o *object) asRunner(name string) (*runner, error) {
	if o.kind != "Deployment" || name != "" && o.name != name {
		return nil, nil
	}
	if o.fault != nil {
		return nil, o.fault
	}
	r := &runner{object: o, template: value(o.node, "spec", "template")}
	r.pod = value(r.template, "spec")
	all := list(r.pod, "containers")
	for _, node := range all {
		c := &container{runner: r, node: node, name: text(node, "name"), env: list(node, "env")}
		// The mark of a runner in every version of the chart.
		registers := named(c.env, gitlabrunner.ServerURLVariable) != nil
		if registers || name != "" && len(all) == 1 {
			r.containers = append(r.containers, c)
		}
	}
	switch {
	case len(r.containers) > 0:
		return r, r.check()
	case name != "":
		return nil, o.refuse(ContainerChoice, "containers", "none of %d containers has the variable %s",
			len(all), gitlabrunner.ServerURLVariable)
	}
	return nil, nil
}

// check holds what is read of a runner against its shape.
func (r *runner) check() error {
	if err := runnerDeployment.Check(r.node); err != nil {
		return r.placed(err)
	}
	for _, c := range r.containers {
		if err := runnerContainer.Check(c.node); err != nil {
			return r.placed(err)
		}
	}
	for _, v := range r.volumes() {
		if len(v.kinds) > 1 {
			return r.refuse(BadDocument, "volumes", "the volume %q has more than one source: %s", v.name, strings.Join(v.kinds, ", "))
		}
	}
	return nil
}

// field names a part of the container in messages: "container runner, env HOME".
func (c *container) field(part string) string { return "container " + c.name + ", " + part }

// errUnknown says that a value is not in the manifest: it is empty, null, comes from another
// object, or refers to another variable.
var errUnknown = errors.New("not in the manifest")

// variable is the literal value of an environment variable; found is false when the container does
// not set it.
func (c *container) variable(name string) (literal string, found bool, err error) {
	entry := named(c.env, name)
	if entry == nil {
		return "", false, nil
	}
	literal = text(entry, "value")
	if strings.TrimSpace(literal) == "" || strings.Contains(literal, "$(") {
		return "", true, errUnknown
	}
	return literal, true, nil
}

// server derives the server from CI_SERVER_URL; zero where the manifest does not tell it.
func (c *container) server() (gitlabrunner.Server, error) {
	url, found, err := c.variable(gitlabrunner.ServerURLVariable)
	if !found || err != nil {
		return gitlabrunner.Server{}, nil
	}
	server, err := gitlabrunner.ParseServer(url)
	if err != nil {
		return gitlabrunner.Server{}, c.runner.refuse(BadURL, c.field("env "+gitlabrunner.ServerURLVariable), "%w", err)
	}
	return server, nil
}

// certsDir is the directory that the runner looks into: the given one, else the one that follows
// from its uid and HOME.
func (c *container) certsDir(given string) (string, error) {
	if given != "" {
		return path.Clean(given), nil
	}
	uid, err := c.uid()
	if err != nil {
		return "", err
	}
	home, found, err := c.variable("HOME")
	switch {
	case uid == 0:
		home = "/" // root's directory does not depend on it
	case err != nil:
		return "", c.runner.refuse(DirUnknown, c.field("env HOME"), "its value is %w", err)
	case !found:
		home = c.mountedHome()
	}
	dir := gitlabrunner.CertsDir(uid, home)
	if err := checkCertsDir(dir); err != nil {
		return "", c.runner.refuse(DirUnknown, c.field("env HOME"), "%w", errors.Unwrap(err))
	}
	return dir, nil
}

// uid is the user of a container: its own runAsUser before the pod's (PodSecurityContext in
// k8s.io/api/core/v1). Without one the image decides, and gitlab-runner's images for the chart are
// not root's: -1.
func (c *container) uid() (int64, error) {
	for _, node := range []*yaml.RNode{c.node, c.runner.pod} {
		written := value(node, "securityContext", "runAsUser")
		if written == nil {
			continue
		}
		uid, ok := integer(written)
		if !ok {
			return 0, c.runner.refuse(BadDocument, "", "runAsUser %q is not a whole number", yaml.GetValue(written))
		}
		return uid, nil
	}
	return -1, nil
}

// integer is a whole number in any of YAML's forms. Templates print large ones of values as floats
// (1.00065e+09), which the API server reads as the integers that they are.
func integer(node *yaml.RNode) (number int64, ok bool) {
	var decoded any
	if err := node.YNode().Decode(&decoded); err != nil {
		return 0, false
	}
	switch n := decoded.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case float64:
		const exact = 1 << 53
		return int64(n), n == math.Trunc(n) && math.Abs(n) <= exact
	}
	return 0, false
}

// mountedHome is the home that the chart has in mind where it mounts the folder of the runner's
// configuration, else the images' home.
func (c *container) mountedHome() string {
	for _, m := range c.mounts() {
		if dir, base := path.Split(m.path); base == gitlabrunner.ConfigFolder {
			return dir
		}
	}
	return gitlabrunner.DefaultHome
}
