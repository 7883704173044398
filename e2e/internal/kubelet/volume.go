package kubelet

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"testing/fstest"
)

// Lookup returns the decoded JSON of an object, nil when there is none of that
// name. kind is ConfigMap or Secret.
type Lookup func(kind, namespace, name string) (map[string]any, error)

type volume struct {
	Name      string
	EmptyDir  *struct{}
	ConfigMap *source
	Secret    *source
	Projected *struct {
		Sources []struct{ ConfigMap, Secret *source }
	}
}

// source is a ConfigMap or Secret and what a volume shows of it.
type source struct {
	kind, Name string
	SecretName string // of a volume that is no projected one
	Optional   bool
	Items      []struct{ Key, Path string }
}

// files returns what the volume holds, by path: nil for an emptyDir. A later
// source wins over an earlier one.
func (v volume) files(namespace string, lookup Lookup) (fstest.MapFS, error) {
	if v.EmptyDir != nil {
		return nil, nil
	}
	sources, err := v.sources()
	if err != nil {
		return nil, err
	}
	files, items := fstest.MapFS{}, map[string]bool{}
	for _, s := range sources {
		// Only paths of items can be known to collide before the objects are.
		for _, item := range s.Items {
			// fs.ValidPath refuses a/../x too, as the API server does.
			if !fs.ValidPath(item.Path) || strings.HasPrefix(item.Path, "..") || items[item.Path] {
				return nil, fmt.Errorf("%s %s: item %q: invalid or repeated path %q", s.kind, s.Name, item.Key, item.Path)
			}
			items[item.Path] = true
		}
		found, err := s.files(namespace, lookup)
		if err != nil {
			return nil, err
		}
		maps.Copy(files, found)
	}
	return files, nil
}

// sources returns what the volume is made of, in the order in which it is written.
func (v volume) sources() ([]source, error) {
	if v.Projected == nil {
		if v.Secret != nil {
			v.Secret.Name = v.Secret.SecretName
		}
		one, err := ofKind(v.ConfigMap, v.Secret)
		return []source{one}, err
	}
	var all []source
	for i, projection := range v.Projected.Sources {
		one, err := ofKind(projection.ConfigMap, projection.Secret)
		if err != nil {
			return nil, fmt.Errorf("projected source %d: %w", i, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// ofKind returns the one of the two that is there.
func ofKind(configMap, secret *source) (source, error) {
	switch {
	case configMap != nil && secret != nil:
		return source{}, errors.New("more than one kind")
	case configMap != nil:
		configMap.kind = "ConfigMap"
		return *configMap, nil
	case secret != nil:
		secret.kind = "Secret"
		return *secret, nil
	}
	return source{}, errors.New("not an emptyDir, a configMap or a secret")
}

// files returns the keys of the object under the paths of the items, or without
// items each under its name. An optional object may be missing, and so may its keys.
func (s source) files(namespace string, lookup Lookup) (fstest.MapFS, error) {
	if s.Name == "" {
		return nil, fmt.Errorf("%s without a name", s.kind)
	}
	object, err := lookup(s.kind, namespace, s.Name)
	if err != nil {
		return nil, err
	}
	if object == nil && !s.Optional {
		return nil, fmt.Errorf("%s %s/%s not found", s.kind, namespace, s.Name)
	}
	keys, err := keysOf(s.kind, object)
	if err != nil {
		return nil, fmt.Errorf("%s %s/%s: %w", s.kind, namespace, s.Name, err)
	}
	files := fstest.MapFS{}
	for _, item := range s.Items {
		if file, ok := keys[item.Key]; ok {
			files[item.Path] = file
		} else if !s.Optional {
			return nil, fmt.Errorf("%s %s has no key %q", s.kind, s.Name, item.Key)
		}
	}
	if len(s.Items) == 0 {
		files = keys
	}
	return files, nil
}

// keysOf returns the bytes behind every key of an object. A Secret's data and a
// ConfigMap's binaryData are base64 in JSON, a ConfigMap's data is not.
func keysOf(kind string, object map[string]any) (fstest.MapFS, error) {
	if kind == "Secret" {
		object = map[string]any{"binaryData": object["data"]}
	}
	var texts struct {
		Data       map[string]string
		BinaryData map[string][]byte
	}
	err := decode(object, &texts)
	keys := fstest.MapFS{}
	for key, value := range texts.BinaryData {
		keys[key] = &fstest.MapFile{Data: value, Mode: 0o644}
	}
	for key, value := range texts.Data {
		keys[key] = &fstest.MapFile{Data: []byte(value), Mode: 0o644}
	}
	return keys, err
}
