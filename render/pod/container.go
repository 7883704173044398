package pod

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
)

// A Container is one that runs a gitlab-runner.
type Container struct {
	Runner *Runner
	Node   *yaml.RNode
	Name   string
	Mounts []Mount

	env    map[string]*yaml.RNode // of a name the last entry, which Kubernetes takes
	byPath map[string][]Mount
	uid    int64 // -1 where the image decides
}

func (r *Runner) readContainer(node *yaml.RNode) (*Container, error) {
	c := &Container{Runner: r, Node: node, Name: manifest.Text(node, "name"), env: map[string]*yaml.RNode{}, byPath: map[string][]Mount{}, uid: -1}
	for _, entry := range manifest.List(node, "env") {
		c.env[manifest.Text(entry, "name")] = entry
	}
	for _, entry := range manifest.List(node, "volumeMounts") {
		m := readMount(entry)
		c.Mounts, c.byPath[m.Path] = append(c.Mounts, m), append(c.byPath[m.Path], m)
	}
	if written := c.security("runAsUser"); written != nil {
		var ok bool
		if c.uid, ok = integer(written); !ok {
			return nil, r.Refuse(manifest.BadDocument, "", "runAsUser %q is not a whole number", yaml.GetValue(written))
		}
	}
	return c, nil
}

// Field returns the name of a part of the container in messages: "container runner, env HOME".
func (c *Container) Field(part string) string { return "container " + c.Name + ", " + part }

// security returns a field of the container's securityContext, else of the pod's (PodSecurityContext in
// k8s.io/api/core/v1); nil for neither.
func (c *Container) security(field string) *yaml.RNode {
	return cmp.Or(manifest.Value(c.Node, "securityContext", field), manifest.Value(c.Runner.Pod, "securityContext", field))
}

// mustNotBeRoot reports whether the kubelet refuses to start the container as root.
func (c *Container) mustNotBeRoot() bool {
	return manifest.IsTrue(yaml.GetValue(c.security("runAsNonRoot")))
}

// MayBeRoot reports whether the container's user is root, or that of an image in which it may be.
func (c *Container) MayBeRoot() bool { return c.uid == 0 || c.uid < 0 && !c.mustNotBeRoot() }

// Server returns the server of CI_SERVER_URL; zero where the manifest does not have it.
func (c *Container) Server() (gitlabrunner.Server, error) {
	url := c.Variable(gitlabrunner.ServerURLVariable)
	if strings.TrimSpace(url.Value) == "" {
		return gitlabrunner.Server{}, nil
	}
	server, err := gitlabrunner.ParseServer(url.Value)
	if err != nil {
		return gitlabrunner.Server{}, url.Refuse(manifest.BadURL, "%w", err)
	}
	return server, nil
}

// CertsDir returns the directory in which the runner looks for certificates: override, or without one
// what follows from its uid and HOME.
func (c *Container) CertsDir(override string) (string, error) {
	if override != "" {
		return path.Clean(override), nil
	}
	home := c.Variable("HOME")
	switch {
	case c.uid == 0:
		home.Value = "/" // root's directory does not depend on it
	case !home.Set:
		home.Value = c.mountedHome()
	case home.Value == "":
		return "", home.Refuse(manifest.DirUnknown, "its value is %w", ErrUnknown)
	}
	dir := gitlabrunner.CertsDir(c.uid, home.Value)
	if err := CheckCertsDir(dir); err != nil {
		return "", c.Runner.Refuse(manifest.DirUnknown, c.Field("env HOME"), "%w", errors.Unwrap(err))
	}
	return dir, nil
}

// CheckCertsDir refuses a directory that nothing can be mounted at; "" is none. A mount takes no colon (mountPath of
// VolumeMount in k8s.io/api/core/v1).
func CheckCertsDir(dir string) error {
	why := ""
	switch {
	case dir == "":
	case !path.IsAbs(path.Clean(dir)):
		why = "is not an absolute path"
	case path.Clean(dir) == "/":
		why = "would hide the whole image"
	case strings.Contains(dir, ":"):
		why = "has a colon, which a mount cannot have"
	}
	if why == "" {
		return nil
	}
	return manifest.NewError(manifest.DirUnknown, "the certs directory %q %s", dir, why)
}

// mountedHome returns the home for which the chart mounts the folder of the runner's configuration,
// else the images' home.
func (c *Container) mountedHome() string {
	for _, m := range c.Mounts {
		if dir, base := path.Split(m.Path); base == gitlabrunner.ConfigFolder {
			return dir
		}
	}
	return gitlabrunner.DefaultHome
}

// HasKnownDir reports whether the manifest tells the certs directory: by its user or its HOME, and not by what the image
// or a mount suggests.
func (c *Container) HasKnownDir() bool { return c.uid == 0 || c.uid > 0 && c.Variable("HOME").Set }

// Command returns what the container runs, with its arguments.
func (c *Container) Command() string { return strings.Join(c.words(), " ") }

func (c *Container) words() (words []string) {
	for _, part := range []string{"command", "args"} {
		for _, word := range manifest.List(c.Node, part) {
			words = append(words, yaml.GetValue(word))
		}
	}
	return words
}

// UncertainDir returns a warning where the runner may not look into its certs directory, or into override
// if that is one; nil where it does.
func (c *Container) UncertainDir(override string) *trust.Finding {
	dir, err := c.CertsDir("")
	if err != nil {
		return nil // override is the answer to that
	}
	root, named := gitlabrunner.CertsDir(0, ""), path.Clean(override)
	isUnknown := c.uid < 0 && c.MayBeRoot()
	switch {
	case override != "" && named != dir && (!isUnknown || named != root):
		return &trust.Finding{Code: manifest.DirElsewhere, Object: c.Runner.String(), Message: fmt.Sprintf("the runner looks into %s, and not into %s", dir, named)}
	case override == "" && isUnknown:
		return &trust.Finding{Code: manifest.UserUnknown, Object: c.Runner.String(), Message: fmt.Sprintf(
			"its user is that of the image: no runAsUser, and no runAsNonRoot. One that is root looks into %s, and not into %s", root, dir)}
	}
	return nil
}
