package pod

import (
	"cmp"
	"fmt"
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
	Why   string  // where State is Unknown, Unsure or Unreadable: follows From
	Twice []Mount // where State is Hidden
}

// A State is how much of a File the stream has.
type State int

// The states.
const (
	Unmounted  State = iota // no volume is mounted at or above the path
	NoVolume                // one is, and the pod does not have it
	Hidden                  // several are mounted at one path, and one hides the others
	Unknown                 // the volume's content is not in the stream
	Missing                 // the volume has no such file
	Unsure                  // it may not be there for the container
	Unreadable              // its mode keeps the container's user out
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
		if by := c.Runner.otherMounting(v.Name); by != "" {
			return File{State: Unknown, Kind: v.Kind, From: "emptyDir " + v.Name, Why: "is filled by the container " + by + ", so its content is not in the manifests"}, nil
		}
		return File{}, nil // it has what the runner itself writes
	case "projected":
		return c.openProjected(stream, v, name)
	}
	return c.openSource(stream, v, v.Node, v.Kind, name)
}

// otherMounting returns the name of a container that does not run a runner and mounts a volume; ""
// for none.
func (r *Runner) otherMounting(volume string) string {
	for _, other := range r.all {
		isRunner := slices.ContainsFunc(r.Containers, func(c *Container) bool { return c.Name == other.Name })
		if !isRunner && slices.ContainsFunc(other.Mounts, func(m Mount) bool { return m.Volume == volume }) {
			return other.Name
		}
	}
	return ""
}

// openProjected looks into the sources of a projected volume, of which the last one that has the file
// wins. A source that is not in the stream may have it, unless a later one does.
func (c *Container) openProjected(stream *manifest.Stream, v *Volume, name string) (File, error) {
	best := File{State: Missing, Kind: "projected", From: "the projected volume"}
	for _, source := range v.Sources {
		for _, kind := range manifest.Fields(source) {
			found, err := c.openSource(stream, v, source, kind, name)
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
func (c *Container) openSource(stream *manifest.Stream, v *Volume, parent *yaml.RNode, kind, name string) (File, error) {
	found := File{State: Unknown, Kind: kind, From: "volume of kind " + kind, Why: "is not in the manifests"}
	shown, ok := MountableFor(kind)
	if !ok {
		return found, nil
	}
	source := manifest.Value(parent, kind)
	objectName := shown.nameIn(source)
	found.Kind, found.From = shown.Kind, shown.Kind+"/"+objectName
	item := itemAt(source, name)
	found.Whole = len(manifest.List(source, "items")) == 0
	if found.Key = manifest.Text(item, "key"); found.Whole {
		found.Key = name
	}
	if found.Key == "" {
		found.State = Missing
		return found, nil
	}
	o, err := stream.Find(found.Kind, objectName, c.Runner.Namespace)
	if err != nil {
		return found, err
	}
	if o != nil {
		if err := found.read(o); err != nil {
			return found, err
		}
		if why := c.Runner.absence(stream, o); why != "" {
			found.State, found.Bytes, found.Why = Unsure, nil, why
		}
	}
	if found.State != Missing {
		c.limit(&found, v, item)
	}
	return found, nil
}

// read looks for the key in the object.
func (f *File) read(o *manifest.Object) error {
	bytes, ok, err := o.Data(f.Key)
	switch f.State = Missing; {
	case ok:
		f.State, f.Bytes = Found, bytes
	case o.HasKey(f.Key):
		f.State, f.Why = Unknown, "has no value for its key in the manifests"
	}
	return err
}

// absence says why an object of the stream need not be there when the pod starts; "" where it is.
func (r *Runner) absence(stream *manifest.Stream, o *manifest.Object) string {
	switch {
	case o.IsHook():
		return "is a Helm hook, which need not be there when the pod starts"
	case stream.Namespace == "" && o.Namespace != r.Namespace:
		return fmt.Sprintf("has the namespace %s and the Deployment %s: -n NAMESPACE says which one the release has",
			cmp.Or(o.Namespace, "of the release"), cmp.Or(r.Namespace, "that of the release"))
	}
	return ""
}

// itemAt returns the item that a source shows as a file of this name, nil for none. Of several in one
// source, the last one wins.
func itemAt(source *yaml.RNode, name string) *yaml.RNode {
	for _, item := range slices.Backward(manifest.List(source, "items")) {
		if manifest.Text(item, "path") == name {
			return item
		}
	}
	return nil
}

// FileNames returns the names of the files in a folder at which a volume is mounted; known is false where
// the stream does not show all of them.
func (c *Container) FileNames(stream *manifest.Stream, dir string) (names []string, known bool, err error) {
	at := c.byPath[path.Clean(dir)]
	if len(at) != 1 || at[0].subPath != "" || c.Runner.byName[at[0].Volume] == nil {
		return nil, false, nil
	}
	for _, parent := range c.Runner.byName[at[0].Volume].Sources {
		for _, kind := range manifest.Fields(parent) {
			shown, ok := MountableFor(kind)
			if !ok && kind != "name" {
				return nil, false, nil
			}
			source := manifest.Value(parent, kind)
			if !ok {
				continue
			}
			o, err := stream.Find(shown.Kind, shown.nameIn(source), c.Runner.Namespace)
			if err != nil || o == nil {
				return nil, false, err
			}
			items := manifest.List(source, "items")
			for _, item := range items {
				names = append(names, manifest.Text(item, "path"))
			}
			if len(items) == 0 {
				names = append(names, o.DataKeys()...)
			}
		}
	}
	return names, true, nil
}
