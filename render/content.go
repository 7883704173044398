package render

import (
	"encoding/base64"
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// content is what a path in a container would show.
type content struct {
	state contentState
	kind  string // "ConfigMap", "Secret", or the kind of the volume
	from  string // "ConfigMap/ci-gitlab-runner-certs"
	key   string // of the object
	whole bool   // all keys of the object are shown
	bytes []byte
}

type contentState int

const (
	contentUnmounted contentState = iota // no volume is mounted at or above the path
	contentNoVolume                      // one is, that the pod does not have
	contentHidden                        // several are at one path, and which one shows is not told
	contentUnknown                       // the volume's content is not in the stream
	contentMissing                       // the volume has no such file
	contentFound
)

// open follows a path through the container's mounts into the objects of the stream, as a kubelet
// lays them out.
func (m *manifests) open(c *container, file string) (content, error) {
	if file != "" {
		file = path.Clean(file)
	}
	var nearest mount
	for _, at := range c.mounts() {
		if (at.path == file || isBelow(file, at.path)) && len(at.path) > len(nearest.path) {
			nearest = at
		}
	}
	if file == "" || nearest.path == "" {
		return content{}, nil
	}
	if there := c.mountsAt(nearest.path); len(there) > 1 {
		return content{state: contentHidden, from: strings.Join(there, " and ")}, nil
	}
	v := c.runner.volume(nearest.volume)
	if v == nil {
		return content{state: contentNoVolume}, nil
	}
	name := path.Join(nearest.subPath, strings.TrimPrefix(strings.TrimPrefix(file, nearest.path), "/"))
	switch v.kind() {
	case "emptyDir":
		return content{}, nil // it has what the runner itself writes
	case "projected":
		return m.openProjected(v, name)
	}
	return m.openSource(c.runner, v.node, v.kind(), name)
}

// mountsAt names the mounts at a path: the API server takes /x/certs and /x/certs/ for two.
func (c *container) mountsAt(path string) []string {
	var there []string
	for _, m := range c.mounts() {
		if m.path == path {
			there = append(there, fmt.Sprintf("%q at %s", m.volume, m.written))
		}
	}
	return there
}

// openProjected looks into the sources of a projected volume: the last one that has the file wins.
// A source that is not in the stream may have it, but not in the place of a later one that does.
func (m *manifests) openProjected(v *volume, name string) (content, error) {
	best := content{state: contentMissing, kind: "projected", from: "the projected volume"}
	for _, source := range list(v.node, "projected", "sources") {
		for _, kind := range fields(source) {
			found, err := m.openSource(v.runner, source, kind, name)
			if err != nil {
				return content{}, err
			}
			if found.state != contentMissing {
				best = found
			}
		}
	}
	return best, nil
}

// openSource looks into a configMap or secret source; of others the stream does not tell the
// content.
func (m *manifests) openSource(r *runner, parent *yaml.RNode, kind, name string) (content, error) {
	found := content{state: contentUnknown, kind: kind, from: "volume of kind " + kind}
	shown, ok := mountableFor(kind)
	if !ok {
		return found, nil
	}
	source := value(parent, kind)
	objectName := shown.nameIn(source)
	found.kind = shown.kind
	found.from = found.kind + "/" + objectName
	key := keyOf(source, name)
	found.key, found.whole = key, len(list(source, "items")) == 0
	if key == "" {
		found.state = contentMissing
		return found, nil
	}
	o, err := m.find(found.kind, objectName, r.namespace)
	if err != nil || o == nil {
		return found, err
	}
	found.state = contentMissing
	bytes, ok, err := o.dataOf(key)
	if ok {
		found.state, found.bytes = contentFound, bytes
	}
	return found, err
}

// keyOf is the key that a source shows as a file of this name, "" for none.
func keyOf(source *yaml.RNode, name string) string {
	items := list(source, "items")
	if len(items) == 0 {
		return name
	}
	at := slices.IndexFunc(items, func(item *yaml.RNode) bool { return text(item, "path") == name })
	if at < 0 {
		return ""
	}
	return text(items[at], "key")
}

// dataKeys are the keys that dataOf finds, sorted.
func (o *object) dataKeys() []string {
	keys := slices.Concat(fields(value(o.node, "data")), fields(value(o.node, "stringData")), fields(value(o.node, "binaryData")))
	slices.Sort(keys)
	return slices.Compact(keys)
}

// dataOf is the content of a key of a ConfigMap or a Secret; ok is false where it has none. A key
// that is there twice is an error, also where others may be.
func (o *object) dataOf(key string) (content []byte, ok bool, err error) {
	keys := mapping{key: leaf}.shape()
	if err := (mapping{"stringData": keys, "data": keys, "binaryData": keys}.shape().Check(o.node)); err != nil {
		return nil, false, o.placed(err)
	}
	if written := value(o.node, "stringData", key); written != nil {
		return []byte(yaml.GetValue(written)), true, nil
	}
	data := value(o.node, "data", key)
	if data != nil && o.kind == "ConfigMap" {
		return []byte(yaml.GetValue(data)), true, nil
	}
	if data == nil {
		data = value(o.node, "binaryData", key)
	}
	if data == nil {
		return nil, false, nil
	}
	content, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(yaml.GetValue(data)), ""))
	if err != nil {
		return nil, false, o.refuse(BadDocument, "data "+key, "it is not base64")
	}
	return content, true, nil
}
