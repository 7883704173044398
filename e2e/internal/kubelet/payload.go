package kubelet

import (
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// payload returns the files of a volume by their path in it. A later source
// wins over an earlier one.
func payload(sources []source, namespace string, lookup Lookup) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, s := range sources {
		all, err := s.keys(namespace, lookup)
		if err != nil {
			return nil, err
		}
		chosen, err := s.choose(all)
		if err != nil {
			return nil, err
		}
		maps.Copy(files, chosen)
	}
	return files, nil
}

// keys returns the bytes behind every key of the object, none at all for an
// optional object that is missing.
func (s source) keys(namespace string, lookup Lookup) (map[string][]byte, error) {
	if s.Name == "" {
		return nil, fmt.Errorf("%s without a name", s.kind)
	}
	object, err := lookup(s.kind, namespace, s.Name)
	if err != nil {
		return nil, err
	}
	if object == nil {
		if s.Optional {
			return nil, nil
		}
		return nil, fmt.Errorf("%s %s/%s not found", s.kind, namespace, s.Name)
	}
	var c content
	if err := decode(object, &c); err != nil {
		return nil, fmt.Errorf("%s %s/%s: %w", s.kind, namespace, s.Name, err)
	}
	keys := map[string][]byte{}
	maps.Copy(keys, c.BinaryData)
	for key, value := range c.Data {
		keys[key] = []byte(value)
		if s.kind == "Secret" {
			if keys[key], err = base64.StdEncoding.DecodeString(value); err != nil {
				return nil, fmt.Errorf("%s %s/%s: data[%q]: %w", s.kind, namespace, s.Name, key, err)
			}
		}
	}
	return keys, nil
}

// choose renames the keys to the paths of the items; without items every key
// is a file of that name.
func (s source) choose(keys map[string][]byte) (map[string][]byte, error) {
	if len(s.Items) == 0 {
		return keys, nil
	}
	files := map[string][]byte{}
	for _, it := range s.Items {
		if err := checkPath(it.Path); err != nil {
			return nil, fmt.Errorf("%s %s: item %q: %w", s.kind, s.Name, it.Key, err)
		}
		value, ok := keys[it.Key]
		if !ok && !s.Optional {
			return nil, fmt.Errorf("%s %s has no key %q", s.kind, s.Name, it.Key)
		}
		if ok {
			files[it.Path] = value
		}
	}
	return files, nil
}

// checkPath is validateLocalNonReservedPath: relative, below, not the writer's.
func checkPath(path string) error {
	switch {
	case path == "":
		return fmt.Errorf("no path")
	case filepath.IsAbs(path):
		return fmt.Errorf("path %q is not relative", path)
	case slices.Contains(strings.Split(path, "/"), ".."):
		return fmt.Errorf("path %q contains \"..\"", path)
	case strings.HasPrefix(path, ".."):
		return fmt.Errorf("path %q starts with \"..\"", path)
	}
	return nil
}

// writePayload writes the files as the kubelet's AtomicWriter does: into a
// hidden folder, with a link ..data to it and a link at every top-level name,
// so that who lists the folder meets the same entries as in a pod.
func writePayload(dir string, files map[string][]byte) error {
	hidden, err := os.MkdirTemp(dir, "..")
	if err != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		target := filepath.Join(hidden, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, files[path], 0o644); err != nil {
			return err
		}
	}
	if err := os.Symlink(filepath.Base(hidden), filepath.Join(dir, "..data")); err != nil {
		return err
	}
	entries, err := os.ReadDir(hidden)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		link := filepath.Join(dir, entry.Name())
		if err := os.Symlink(filepath.Join("..data", entry.Name()), link); err != nil {
			return err
		}
	}
	return nil
}
