package render

import (
	"encoding/base64"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// content is what a path in a container would show.
type content struct {
	state contentState
	kind  string // "ConfigMap", "Secret", or the kind of the volume
	from  string // "ConfigMap/ci-gitlab-runner-certs"
	bytes []byte
}

type contentState int

const (
	contentUnmounted contentState = iota // no volume is mounted at or above the path
	contentNoVolume                      // one is, that the pod does not have
	contentUnknown                       // the volume's content is not in the stream
	contentMissing                       // the volume has no such file
	contentFound
)

// open follows a path through the container's mounts into the objects of the
// stream, as a kubelet lays them out.
func (f *filter) open(r *runner, c *container, file string) (content, error) {
	mounts, err := r.list(c.node, "volumeMounts")
	if err != nil || file == "" {
		return content{}, err
	}
	var nearest *yaml.Node
	longest := ""
	for _, mount := range mounts {
		at, err := r.textAt(mount, "mountPath")
		if err != nil {
			return content{}, err
		}
		if at = path.Clean(at); (at == file || isBelow(file, at)) && len(at) > len(longest) {
			nearest, longest = mount, at
		}
	}
	if nearest == nil {
		return content{}, nil
	}
	volume, kind, err := r.volumeOf(nearest)
	if err != nil {
		return content{}, err
	}
	if volume == nil {
		return content{state: contentNoVolume}, nil
	}
	sub, err := r.textAt(nearest, "subPath")
	if err != nil {
		return content{}, err
	}
	name := path.Join(sub, strings.TrimPrefix(strings.TrimPrefix(file, longest), "/"))
	switch kind {
	case "emptyDir":
		return content{}, nil // it has what the runner itself writes
	case "projected":
		return f.openProjected(r, volume, name)
	}
	return f.openSource(r, volume, kind, name)
}

// openProjected looks into the sources of a projected volume: the last one
// that has the file wins. A source that is not in the stream may have it, but
// not in the place of a later one that does.
func (f *filter) openProjected(r *runner, volume *yaml.Node, name string) (content, error) {
	sources, err := fieldAt(volume, "projected", "sources")
	if err != nil {
		return content{}, r.at(err)
	}
	best := content{state: contentMissing, kind: "projected", from: "the projected volume"}
	for _, source := range items(sources) {
		for i := 0; i+1 < len(source.Content); i += 2 {
			found, err := f.openSource(r, source, source.Content[i].Value, name)
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

// openSource looks into a configMap or secret source; of others the stream
// does not tell the content.
func (f *filter) openSource(r *runner, parent *yaml.Node, kind, name string) (content, error) {
	source, err := field(parent, kind)
	if err != nil {
		return content{}, r.at(err)
	}
	found := content{state: contentUnknown, kind: kind, from: "volume of kind " + kind}
	nameKey := "name"
	switch kind {
	case "configMap":
		found.kind = "ConfigMap"
	case "secret":
		found.kind = "Secret"
		if inVolume, err := field(source, "secretName"); err == nil && inVolume != nil {
			nameKey = "secretName"
		}
	default:
		return found, nil
	}
	objectName, err := r.textAt(source, nameKey)
	if err != nil {
		return content{}, err
	}
	found.from = found.kind + "/" + objectName
	key, err := r.keyOf(source, name)
	if err != nil {
		return content{}, err
	}
	if key == "" {
		found.state = contentMissing
		return found, nil
	}
	return f.openKey(r, found, objectName, key)
}

// keyOf is the key that a source shows as a file of this name, "" for none.
func (r *runner) keyOf(source *yaml.Node, name string) (string, error) {
	list, err := r.list(source, "items")
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return name, nil
	}
	for _, item := range list {
		at, err := r.textAt(item, "path")
		if err != nil {
			return "", err
		}
		if at == name {
			return r.textAt(item, "key")
		}
	}
	return "", nil
}

// openKey reads a key of an object in the stream.
func (f *filter) openKey(r *runner, found content, name, key string) (content, error) {
	o := f.find(found.kind, name, r.namespace)
	if o == nil {
		return found, nil
	}
	value, isText, err := o.dataOf(key)
	if err != nil {
		return content{}, o.at(err)
	}
	found.state = contentMissing
	if value != nil {
		found.state = contentFound
		found.bytes, err = decoded(value.Value, isText)
	}
	return found, o.at(err)
}

// dataOf is the value of a key of a ConfigMap or a Secret; isText when it is
// not in base64.
func (o *object) dataOf(key string) (value *yaml.Node, isText bool, err error) {
	for _, place := range []struct {
		name   string
		isText bool
	}{
		{"stringData", true},
		{"data", o.kind == "ConfigMap"},
		{"binaryData", false},
	} {
		if value, err = fieldAt(o.node, place.name, key); value != nil || err != nil {
			return value, place.isText, err
		}
	}
	return nil, false, nil
}

func decoded(value string, isText bool) ([]byte, error) {
	if isText {
		return []byte(value), nil
	}
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
}
