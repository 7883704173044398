package pod

import (
	"fmt"
	"path"
	"strings"

	"helm-runnertrust/render/manifest"
)

// A File is what a path in a container would show.
type File struct {
	State State
	Kind  string // of the object, "ConfigMap" or "Secret", or of the volume
	From  string // "ConfigMap/ci-gitlab-runner-certs"
	Key   string // of the object
	Whole bool   // all keys of the object are shown
	Bytes []byte // where State is Found
	Why   string // where State is Unknown, Unsure or Unreadable: follows From; where it is Hidden, the mounts

	object *manifest.Object // nil where the stream does not have it
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
// lays them out. Of the sources of a projected volume the last one that has the file wins; one that is
// not in the stream may have it, unless a later one does.
func (c *Container) Open(file string) (File, error) {
	isFolder := strings.HasSuffix(file, "/")
	file = path.Clean(file)
	there := c.nearest(file)
	switch {
	case isFolder:
		return File{State: Missing, From: "the folder " + file}, nil
	case len(there) == 0:
		return File{}, nil
	case len(there) > 1:
		found := File{State: Hidden, Why: there[0].String()}
		for _, m := range there[1:] {
			found.Why += " and " + m.String()
		}
		return found, nil
	}
	v := c.Runner.byName[there[0].Volume]
	if v == nil {
		return File{State: NoVolume}, nil
	}
	if v.Kind == "emptyDir" {
		if by := c.Runner.otherMounting(v.Name); by != "" {
			return File{State: Unknown, Kind: v.Kind, From: "emptyDir " + v.Name, Why: "is filled by the container " + by + ", so its content is not in the manifests"}, nil
		}
		return File{}, nil // it has what the runner itself writes
	}
	if there[0].subKey == "subPathExpr" && strings.Contains(there[0].subPath, "$") {
		return File{State: Unknown, From: "the volume " + v.Name, Why: "is shown by a subPathExpr with variables"}, nil
	}
	best := File{State: Missing, Kind: v.Kind, From: "the projected volume"}
	for _, s := range v.Sources {
		found, err := c.openSource(v, s, there[0].inVolume(file))
		if err != nil {
			return File{}, err
		}
		if found.State != Missing || v.Kind != "projected" {
			best = found
		}
	}
	return best, nil
}

// openSource looks for a file in a source. Of several items with its path in one source, the last one
// wins.
func (c *Container) openSource(v *Volume, s Source, name string) (File, error) {
	f := File{State: Unknown, Kind: s.Kind, From: s.Kind + "/" + s.Name, Key: name, Whole: len(s.Items) == 0, Why: "is not in the manifests"}
	if _, ok := MountableFor(s.Kind); !ok {
		f.From, f.Key = "volume of kind "+s.Kind, ""
		return f, nil
	}
	mode := v.mode
	if !f.Whole {
		f.Key = ""
	}
	for _, i := range s.Items {
		if i.Path == name {
			f.Key, mode = i.Key, i.mode
		}
	}
	o := c.Runner.find(s)
	f.object = o
	switch {
	case f.Key == "":
		f.State = Missing
		return f, nil
	case o == nil:
		if fault := c.Runner.stream.Fault(s.Name); fault != nil {
			f.Why = "cannot be read: " + fault.Error()
		}
		c.limit(&f, mode)
		return f, nil
	}
	bytes, ok, err := o.Data(f.Key)
	why := c.Runner.absence(o)
	switch {
	case err != nil:
		return f, err
	case why != "":
		f.State, f.Why = Unsure, why
	case !ok:
		f.State = Missing
		return f, nil
	case len(bytes) == 0:
		f.Why = "has no value for its key in the manifests"
	default:
		f.State, f.Bytes = Found, bytes
	}
	c.limit(&f, mode)
	return f, nil
}

// limit makes a file one that the container's user cannot read, or may not be able to, where its mode
// says so: files of the API are root's, and with an fsGroup the kubelet lets that group read them
// (pkg/volume/volume_linux.go of Kubernetes). Root reads everything.
func (c *Container) limit(f *File, mode int64) {
	const group, others = 0o040, 0o004
	if c.uid == 0 || manifest.Value(c.Runner.Pod, "securityContext", "fsGroup") != nil {
		return
	}
	gid, known := integer(c.security("runAsGroup")) // of root's group its bits decide, and not those of others
	byGroup, byOthers := mode&group != 0, mode&others != 0
	why := fmt.Sprintf("is shown with the mode %04o as root's file, in a pod without fsGroup", mode)
	switch {
	case byGroup && byOthers, byGroup && known && gid == 0, byOthers && known && gid != 0:
	case c.MayBeRoot(), (byGroup || byOthers) && !known:
		f.State, f.Why = Unsure, why+", so whether the runner's user can read it depends on the image"
	default:
		f.State, f.Why = Unreadable, why+", so the runner's user cannot read it"
	}
}

// FileNames returns the names of the files in a folder at which a volume is mounted; known is false where
// the stream does not show all of them.
func (c *Container) FileNames(dir string) (names []string, known bool) {
	at := c.byPath[path.Clean(dir)]
	if len(at) != 1 || at[0].subPath != "" || c.Runner.byName[at[0].Volume] == nil {
		return nil, false
	}
	for _, s := range c.Runner.byName[at[0].Volume].Sources {
		o := c.Runner.find(s)
		if o == nil {
			return nil, false
		}
		names = append(names, Paths(s)...)
		if len(s.Items) == 0 {
			names = append(names, o.DataKeys()...)
		}
	}
	return names, true
}

// find returns the object of a source in the stream; nil where the stream does not have it.
func (r *Runner) find(s Source) *manifest.Object { return r.stream.Find(s.Kind, s.Name, r.Namespace) }
