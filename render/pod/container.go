package pod

import (
	"errors"
	"math"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
)

// Field returns the name of a part of the container in messages: "container runner, env HOME".
func (c *Container) Field(part string) string { return "container " + c.Name + ", " + part }

// ErrUnknown says that a value is not in the manifest: it is empty, null, comes from another object,
// or refers to another variable.
var ErrUnknown = errors.New("not in the manifest")

// Variable returns the literal value of an environment variable; found is false where the container
// does not set it.
func (c *Container) Variable(name string) (literal string, found bool, err error) {
	entry := manifest.Named(c.env, name)
	if entry == nil {
		return "", false, nil
	}
	literal = manifest.Text(entry, "value")
	if strings.TrimSpace(literal) == "" || strings.Contains(strings.ReplaceAll(literal, "$$", ""), "$(") {
		return "", true, ErrUnknown
	}
	return strings.ReplaceAll(literal, "$$", "$"), true, nil // third_party/forked/golang/expansion of Kubernetes
}

// Value returns the value of a variable that env or envFrom sets, as far as the stream shows.
func (c *Container) Value(stream *manifest.Stream, name string) (value string, found bool, err error) {
	if value, found, err = c.Variable(name); found {
		return value, found, err
	}
	value, from, err := c.fromObjects(stream, name)
	return value, from != nil, err
}

// IsUnset reports whether a variable is not set, or to nothing, which is the same for the runner.
func (c *Container) IsUnset(name string) bool {
	entry := manifest.Named(c.env, name)
	return manifest.Text(entry, "value") == "" && manifest.Value(entry, "valueFrom") == nil
}

// Server returns the server of CI_SERVER_URL; zero where the manifest does not have it.
func (c *Container) Server() (gitlabrunner.Server, error) {
	url, found, err := c.Variable(gitlabrunner.ServerURLVariable)
	if !found || err != nil {
		return gitlabrunner.Server{}, nil
	}
	server, err := gitlabrunner.ParseServer(url)
	if err != nil {
		return gitlabrunner.Server{}, c.Runner.Refuse(manifest.BadURL, c.Field("env "+gitlabrunner.ServerURLVariable), "%w", err)
	}
	return server, nil
}

// CertsDir returns the directory in which the runner looks for certificates: override, or without one
// what follows from its uid and HOME.
func (c *Container) CertsDir(stream *manifest.Stream, override string) (string, error) {
	if override != "" {
		return path.Clean(override), nil
	}
	uid, err := c.uid()
	if err != nil {
		return "", err
	}
	home := "/" // root's directory does not depend on it
	if uid != 0 {
		if home, err = c.home(stream); err != nil {
			return "", err
		}
	}
	dir := gitlabrunner.CertsDir(uid, home)
	if err := CheckCertsDir(dir); err != nil {
		return "", c.Runner.Refuse(manifest.DirUnknown, c.Field("env HOME"), "%w", errors.Unwrap(err))
	}
	return dir, nil
}

// CheckCertsDir refuses a directory that nothing can be mounted at; "" is none. The API server
// takes no colon (ValidateVolumeMounts in pkg/apis/core/validation of Kubernetes).
func CheckCertsDir(dir string) error {
	refuse := func(why string) error {
		return manifest.NewError(manifest.DirUnknown, "the certs directory %q %s", dir, why)
	}
	switch {
	case dir == "":
		return nil
	case !path.IsAbs(path.Clean(dir)):
		return refuse("is not an absolute path")
	case path.Clean(dir) == "/":
		return refuse("would hide the whole image")
	case strings.Contains(dir, ":"):
		return refuse("has a colon, which a mount cannot have")
	}
	return nil
}

// home returns the HOME of a container whose user is not root.
func (c *Container) home(stream *manifest.Stream) (string, error) {
	home, found, err := c.Value(stream, "HOME")
	switch {
	case errors.Is(err, ErrUnknown):
		return "", c.Runner.Refuse(manifest.DirUnknown, c.Field("env HOME"), "its value is %w", err)
	case err != nil:
		return "", err
	case !found:
		return c.mountedHome(), nil
	}
	return home, nil
}

// uid returns the user of the container: its own runAsUser before the pod's (PodSecurityContext in
// k8s.io/api/core/v1). Without one the image decides, and the images of the chart are not root's: -1.
func (c *Container) uid() (int64, error) {
	written := c.security("runAsUser")
	if written == nil {
		return -1, nil
	}
	uid, ok := integer(written)
	if !ok {
		return 0, c.Runner.Refuse(manifest.BadDocument, "", "runAsUser %q is not a whole number", yaml.GetValue(written))
	}
	return uid, nil
}

// security returns a field of the container's securityContext, else of the pod's; nil for neither.
func (c *Container) security(field string) *yaml.RNode {
	if written := manifest.Value(c.Node, "securityContext", field); written != nil {
		return written
	}
	return manifest.Value(c.Runner.Pod, "securityContext", field)
}

// integer reads a whole number in any of YAML's forms. Templates print large ones of values as floats
// (1.00065e+09), which the API server reads as the integers that they are.
func integer(node *yaml.RNode) (number int64, ok bool) {
	var decoded any
	if node == nil {
		return 0, false
	}
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
