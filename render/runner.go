package render

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"helm-runnertrust/trust"
)

// A runner is a Deployment with at least one container that runs a
// gitlab-runner. What its containers read is derived from the manifest by
// Kubernetes's rules, and handed to the runner's own rules in package trust.
type runner struct {
	*object
	template   *yaml.Node // spec.template
	pod        *yaml.Node // spec.template.spec
	containers []*container
}

// A container is one that runs a gitlab-runner.
type container struct {
	node *yaml.Node
	name string
	env  *yaml.Node

	server   trust.Server // zero where the manifest does not tell
	certsDir string       // "" where the manifest does not tell
}

// asRunner reads a Deployment; nil when it is no runner. With a name (the
// Deployment option), the Deployment of this name is one, whatever it holds.
func (o *object) asRunner(name string) (*runner, error) {
	if o.kind != "Deployment" || name != "" && o.name != name {
		return nil, nil
	}
	r := &runner{object: o}
	var err error
	if r.template, err = fieldAt(o.node, "spec", "template"); err != nil {
		return nil, o.at(err)
	}
	if r.pod, err = field(r.template, "spec"); err != nil {
		return nil, o.at(err)
	}
	list, err := field(r.pod, "containers")
	if err != nil {
		return nil, o.at(err)
	}
	for _, node := range items(list) {
		c, registers, err := readContainer(node)
		if err != nil {
			return nil, o.at(err)
		}
		if registers || name != "" && len(items(list)) == 1 {
			r.containers = append(r.containers, c)
		}
	}
	switch {
	case len(r.containers) > 0:
		return r, nil
	case name != "":
		return nil, o.refuse(ContainerChoice, "containers", "none of %d containers has the variable %s",
			len(items(list)), trust.ServerURLVariable)
	}
	return nil, nil
}

// readContainer reads one container; registers tells whether it has CI_SERVER_URL,
// the mark of a runner in every version of the chart.
func readContainer(node *yaml.Node) (c *container, registers bool, err error) {
	c = &container{node: node}
	if c.name, err = textAt(node, "name"); err != nil {
		return nil, false, err
	}
	if c.env, err = field(node, "env"); err != nil {
		return nil, false, err
	}
	variable, err := named(c.env, trust.ServerURLVariable)
	if err != nil {
		return nil, false, err
	}
	return c, variable != nil, nil
}

// errUnknown says that a value is not in the manifest: it is empty, null,
// comes from another object, or refers to another variable.
var errUnknown = errors.New("not in the manifest")

// variable is the literal value of an environment variable; found is false
// when the container does not set it.
func (c *container) variable(name string) (value string, found bool, err error) {
	entry, err := named(c.env, name)
	if err != nil || entry == nil {
		return "", false, err
	}
	value, err = textAt(entry, "value")
	if err != nil {
		return "", false, err
	}
	if strings.TrimSpace(value) == "" || strings.Contains(value, "$(") {
		return "", true, errUnknown
	}
	return value, true, nil
}

// readServer derives the server from CI_SERVER_URL.
func (r *runner) readServer(c *container) error {
	value, found, err := c.variable(trust.ServerURLVariable)
	if !found && err == nil || errors.Is(err, errUnknown) {
		return nil
	}
	if err != nil {
		return r.at(err)
	}
	if c.server, err = trust.ParseServer(value); err != nil {
		return r.refuse(BadURL, "container "+c.name+", env "+trust.ServerURLVariable, "%w", err)
	}
	return nil
}

// readCertsDir derives the certs directory from the uid and HOME.
func (r *runner) readCertsDir(c *container) error {
	uid, err := r.uid(c)
	if err != nil {
		return r.at(err)
	}
	home, found, err := c.variable("HOME")
	switch {
	case uid == 0:
		home = "/" // root's directory does not depend on it
	case errors.Is(err, errUnknown):
		return r.refuse(DirUnknown, "container "+c.name+", env HOME", "its value is %w", err)
	case err != nil:
		return r.at(err)
	case !found:
		if home, err = c.mountedHome(); err != nil {
			return r.at(err)
		}
	}
	c.certsDir = trust.CertsDir(uid, home)
	return nil
}

// uid is the user of a container: its own runAsUser before the pod's
// (PodSecurityContext in k8s.io/api/core/v1). Without one the image decides,
// and gitlab-runner's images for the chart are not root's: -1.
func (r *runner) uid(c *container) (int64, error) {
	for _, node := range []*yaml.Node{c.node, r.pod} {
		written, err := textAt(node, "securityContext", "runAsUser")
		if err != nil {
			return 0, err
		}
		if written == "" {
			continue
		}
		uid, err := strconv.ParseInt(written, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("runAsUser %q is not a number", written)
		}
		return uid, nil
	}
	return -1, nil
}

// mountedHome is the home that the chart has in mind where it mounts the
// folder of the runner's configuration, else the images' home.
func (c *container) mountedHome() (string, error) {
	mounts, err := field(c.node, "volumeMounts")
	if err != nil {
		return "", err
	}
	for _, mount := range items(mounts) {
		at, err := textAt(mount, "mountPath")
		if err != nil {
			return "", err
		}
		if dir, base := path.Split(path.Clean(at)); base == trust.ConfigFolder {
			return dir, nil
		}
	}
	return trust.DefaultHome, nil
}
