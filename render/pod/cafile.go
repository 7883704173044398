package pod

import (
	"errors"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
)

// A Setting is a file that a runner is led to by a setting, which wins over the certs directory.
type Setting struct {
	Path      string           // "" where the manifests do not have it
	ConfigMap *manifest.Object // where the configuration is that sets it; nil for a variable
	part      string           // of the container that sets it: "env CI_SERVER_TLS_CA_FILE", "envFrom"
	from      string           // "ConfigMap/settings", "" for the container itself
}

// CAFileVariable returns CI_SERVER_TLS_CA_FILE of a container by Kubernetes's rules: an entry of env
// hides what comes by envFrom. Nil where it is not set, as far as the stream shows; the runner ignores
// an empty one.
func (c *Container) CAFileVariable(stream *manifest.Stream) (*Setting, error) {
	if entry := manifest.Named(c.env, gitlabrunner.CAFileVariable); entry != nil {
		if manifest.Text(entry, "value") == "" && manifest.Value(entry, "valueFrom") == nil {
			return nil, nil
		}
		path, _, err := c.Variable(gitlabrunner.CAFileVariable)
		if err != nil {
			path = ""
		}
		return &Setting{Path: path, part: "env " + gitlabrunner.CAFileVariable}, nil
	}
	path, from, err := c.fromObjects(stream, gitlabrunner.CAFileVariable)
	switch {
	case errors.Is(err, ErrUnknown):
		path = ""
	case err != nil || path == "":
		return nil, err
	}
	return &Setting{Path: path, part: "envFrom", from: from.String()}, nil
}

// fromObjects returns the value that a variable has by envFrom, as far as the stream shows: the last
// entry that has it counts. It is ErrUnknown from an object that need not be there when the pod starts.
func (c *Container) fromObjects(stream *manifest.Stream, name string) (value string, from *manifest.Object, err error) {
	for _, entry := range manifest.List(c.Node, "envFrom") {
		key, hasPrefix := strings.CutPrefix(name, manifest.Text(entry, "prefix"))
		if !hasPrefix {
			continue
		}
		for _, shown := range Mountables {
			o, err := stream.Find(shown.Kind, manifest.Text(entry, shown.EnvFrom, "name"), c.Runner.Namespace)
			if err != nil {
				return "", nil, err
			}
			if o == nil {
				continue
			}
			content, ok, err := o.Data(key)
			if err != nil {
				return "", nil, err
			}
			if ok {
				value, from = string(content), o
			}
		}
	}
	if from != nil && c.Runner.absence(stream, from) != "" {
		err = ErrUnknown
	}
	return value, from, err
}

// Unseen returns the object, and its key, from which envFrom may set a variable although the stream does
// not show it: of the last entry that may have it. Nil where env or an object of the stream decides.
func (c *Container) Unseen(stream *manifest.Stream, name string) (object *manifest.Object, key string, err error) {
	if manifest.Named(c.env, name) != nil {
		return nil, "", nil
	}
	for _, entry := range manifest.List(c.Node, "envFrom") {
		rest, hasPrefix := strings.CutPrefix(name, manifest.Text(entry, "prefix"))
		for _, shown := range Mountables {
			named := manifest.Text(entry, shown.EnvFrom, "name")
			if named == "" || !hasPrefix {
				continue
			}
			o, err := stream.Find(shown.Kind, named, c.Runner.Namespace)
			if err != nil {
				return nil, "", err
			}
			if o == nil {
				object, key = &manifest.Object{Kind: shown.Kind, Name: named}, rest
				continue
			}
			_, found, err := o.Data(rest)
			switch {
			case err != nil:
				return nil, "", err
			case found:
				object = nil
			case o.HasKey(rest):
				object, key = o, rest
			}
		}
	}
	return object, key, nil
}

// RefuseVariable refuses a container in which CI_SERVER_TLS_CA_FILE wins.
func (c *Container) RefuseVariable(stream *manifest.Stream) error {
	set, err := c.CAFileVariable(stream)
	if err != nil || set == nil {
		return err
	}
	why := "it is set"
	if set.from != "" {
		why = set.from + " has " + gitlabrunner.CAFileVariable
	}
	return c.Runner.Refuse(manifest.CAFileSet, c.Field(set.part), "%s, so the runner would look for no other file", why)
}

// RefuseSetting refuses a container whose configuration has a tls-ca-file.
func (c *Container) RefuseSetting(templates *Templates) error {
	set, err := templates.CAFile(c.Runner)
	if err != nil || set == nil {
		return err
	}
	return set.ConfigMap.Refuse(manifest.CAFileSet, "data", "%s is %q in the configuration of %s, so the runner would not look into its certs directory",
		gitlabrunner.CAFileSetting, set.Path, c.Runner)
}
