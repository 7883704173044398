package pod

import (
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
)

// A File is what a path in a container would show.
type File struct {
	State State
	Kind  string  // of the object, "ConfigMap" or "Secret", or of the volume
	From  string  // "ConfigMap/ci-gitlab-runner-certs"
	Key   string  // of the object
	Whole bool    // all keys of the object are shown
	Bytes []byte  // where State is Found
	Twice []Mount // where State is Hidden
}

// A State is how much of a File the stream has.
type State int

// The states.
const (
	Unmounted State = iota // no volume is mounted at or above the path
	NoVolume               // one is, and the pod does not have it
	Hidden                 // several are mounted at one path, and one hides the others
	Unknown                // the volume's content is not in the stream
	Missing                // the volume has no such file
	Found
)

// Open follows a path through the container's mounts into the objects of the stream, as a kubelet
// lays them out.
func (c *Container) Open(stream *manifest.Stream, file string) (File, error) {
	if file == "" {
		return File{}, nil
	}
	file = path.Clean(file)
	there := c.nearest(file)
	switch {
	case len(there) == 0:
		return File{}, nil
	case len(there) > 1:
		return File{State: Hidden, Twice: there}, nil
	}
	v := c.Runner.byName[there[0].Volume]
	if v == nil {
		return File{State: NoVolume}, nil
	}
	name := path.Join(there[0].subPath, strings.TrimPrefix(strings.TrimPrefix(file, there[0].Path), "/"))
	switch v.Kind {
	case "emptyDir":
		return File{}, nil // it has what the runner itself writes
	case "projected":
		return c.Runner.openProjected(stream, v, name)
	}
	return c.Runner.openSource(stream, v.Node, v.Kind, name)
}

// openProjected looks into the sources of a projected volume, of which the last one that has the file
// wins. A source that is not in the stream may have it, unless a later one does.
func (r *Runner) openProjected(stream *manifest.Stream, v *Volume, name string) (File, error) {
	best := File{State: Missing, Kind: "projected", From: "the projected volume"}
	for _, source := range v.Sources {
		for _, kind := range manifest.Fields(source) {
			found, err := r.openSource(stream, source, kind, name)
			if err != nil {
				return File{}, err
			}
			if found.State != Missing {
				best = found
			}
		}
	}
	return best, nil
}

// openSource looks into a configMap or secret source; the content of others is not in a stream.
func (r *Runner) openSource(stream *manifest.Stream, parent *yaml.RNode, kind, name string) (File, error) {
	found := File{State: Unknown, Kind: kind, From: "volume of kind " + kind}
	shown, ok := MountableFor(kind)
	if !ok {
		return found, nil
	}
	source := manifest.Value(parent, kind)
	objectName := shown.nameIn(source)
	found.Kind, found.From = shown.Kind, shown.Kind+"/"+objectName
	found.Key, found.Whole = keyOf(source, name), len(manifest.List(source, "items")) == 0
	if found.Key == "" {
		found.State = Missing
		return found, nil
	}
	o, err := stream.Find(found.Kind, objectName, r.Namespace)
	if err != nil || o == nil {
		return found, err
	}
	found.State = Missing
	bytes, ok, err := o.Data(found.Key)
	if ok {
		found.State, found.Bytes = Found, bytes
	}
	return found, err
}

// keyOf returns the key that a source shows as a file of this name, "" for none.
func keyOf(source *yaml.RNode, name string) string {
	items := manifest.List(source, "items")
	if len(items) == 0 {
		return name
	}
	at := slices.IndexFunc(items, func(item *yaml.RNode) bool { return manifest.Text(item, "path") == name })
	if at < 0 {
		return ""
	}
	return manifest.Text(items[at], "key")
}
