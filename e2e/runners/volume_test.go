package runners

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"maps"
	"strings"
)

// A file of a volume. The kubelet's writer makes root its owner.
type file struct {
	data    []byte
	mode    fs.FileMode
	unknown bool // it comes from an object that is only in the cluster
}

// A volume as a kubelet lays it out.
type volume struct {
	files   map[string]file
	made    map[string]bool // folders that mounts made, in an emptyDir
	writes  bool            // an emptyDir; all others are read-only (GetAttributes in pkg/volume/configmap, secret, projected)
	unknown bool            // an object that is only in the cluster shows all its keys
}

// A world is what a kubelet looks up: objects by kind, namespace and name.
type world map[string]map[string]any

func (w world) add(object map[string]any) {
	w[fmt.Sprint(object["kind"], "/", at(object, "metadata", "namespace"), "/", at(object, "metadata", "name"))] = object
}

// keys returns the bytes of an object of the pod's namespace; found is false for one that is not in the stream.
func (w world) keys(kind, name string) (keys map[string][]byte, found bool) {
	object, found := w[kind+"/ci/"+name]
	keys = map[string][]byte{}
	data, _ := object["data"].(map[string]any)
	for key, value := range data {
		keys[key] = []byte(fmt.Sprint(value))
		if kind == "Secret" {
			keys[key], _ = base64.StdEncoding.DecodeString(fmt.Sprint(value)) // the grammar's
		}
	}
	return keys, found
}

func at(value any, path ...string) any {
	for _, key := range path {
		fields, _ := value.(map[string]any)
		value = fields[key]
	}
	return value
}

func list(value any, path ...string) []any {
	items, _ := at(value, path...).([]any)
	return items
}

// text returns a string, or "" for anything else.
func text(value any, path ...string) string {
	found, _ := at(value, path...).(string)
	return found
}

// volumesOf lays out the volumes of a pod, or says why no pod starts.
func (w world) volumesOf(pod any) (map[string]*volume, error) {
	all := map[string]*volume{}
	for _, v := range list(pod, "volumes") {
		name := text(v, "name")
		// ValidateVolumes in pkg/apis/core/validation/validation.go: a DNS label, once.
		if all[name] != nil || name != strings.ToLower(name) || strings.Contains(name, "_") {
			return nil, fmt.Errorf("volume %q", name)
		}
		laid, err := w.volume(v)
		if err != nil {
			return nil, fmt.Errorf("volume %s: %w", name, err)
		}
		all[name] = laid
		laid.made = map[string]bool{}
		// SetVolumeOwnership in pkg/volume/volume_linux.go (changeFilePermission): the group may read.
		if at(pod, "securityContext", "fsGroup") != nil {
			for path, f := range laid.files {
				f.mode |= 0o440
				laid.files[path] = f
			}
		}
	}
	return all, nil
}

func (w world) volume(v any) (*volume, error) {
	laid := &volume{files: map[string]file{}}
	switch {
	case at(v, "emptyDir") != nil:
		laid.writes = true
		return laid, nil
	case at(v, "configMap") != nil:
		return laid, w.project(laid, "ConfigMap", text(v, "configMap", "name"), at(v, "configMap"), at(v, "configMap", "defaultMode"), nil)
	case at(v, "secret") != nil:
		return laid, w.project(laid, "Secret", text(v, "secret", "secretName"), at(v, "secret"), at(v, "secret", "defaultMode"), nil)
	}
	taken := map[string]bool{}
	for _, s := range list(v, "projected", "sources") {
		for field, kind := range map[string]string{"configMap": "ConfigMap", "secret": "Secret"} {
			if source := at(s, field); source != nil {
				if err := w.project(laid, kind, text(source, "name"), source, at(v, "projected", "defaultMode"), taken); err != nil {
					return nil, err
				}
			}
		}
	}
	return laid, nil
}

// project adds what a volume shows of one object (MakePayload in pkg/volume/configmap/configmap.go and
// pkg/volume/secret/secret.go, collectData in pkg/volume/projected/projected.go). taken has the paths of
// items of a projected volume (validateProjectionSources in pkg/apis/core/validation/validation.go).
func (w world) project(laid *volume, kind, name string, source, defaultMode any, taken map[string]bool) error {
	if name == "" {
		return fmt.Errorf("%s without a name", kind)
	}
	mode, err := modeOf(defaultMode, 0o644)
	if err != nil {
		return err
	}
	keys, found := w.keys(kind, name)
	shown := map[string]file{}
	for _, item := range list(source, "items") {
		key, path := text(item, "key"), text(item, "path")
		// validateKeyToPath and ValidateLocalNonReservedPath, in the same file.
		if key == "" || path == "" || strings.HasPrefix(path, "/") || strings.HasPrefix(path, "..") || strings.Contains("/"+path+"/", "/../") || taken[path] {
			return fmt.Errorf("item %q at %q", key, path)
		}
		itemMode, err := modeOf(at(item, "mode"), mode)
		if err != nil {
			return err
		}
		if taken != nil {
			taken[path] = true
		}
		data, has := keys[key]
		if found && !has && at(source, "optional") != true {
			return fmt.Errorf("%s %s has no key %s", kind, name, key)
		}
		if has || !found {
			shown[path] = file{data, itemMode, !found}
		}
	}
	if len(list(source, "items")) == 0 {
		for key, data := range keys {
			shown[key] = file{data, mode, false}
		}
		if !found { // any file of the sources before may be under one of its keys
			laid.unknown = true
			for path, f := range laid.files {
				f.unknown = true
				laid.files[path] = f
			}
		}
	}
	maps.Copy(laid.files, shown)
	return laid.conflict()
}

// conflict says that a file is in the place of a folder, which the writer cannot make (writePayloadToDir in
// pkg/volume/util/atomic_writer.go).
func (v *volume) conflict() error {
	for path := range v.files {
		for other := range v.files {
			if strings.HasPrefix(other, path+"/") {
				return fmt.Errorf("%q is a file and a folder", path)
			}
		}
	}
	return nil
}

func modeOf(value any, otherwise fs.FileMode) (fs.FileMode, error) {
	number, given := value.(float64)
	switch {
	case !given:
		return otherwise, nil
	case number < 0 || number > 0o777: // fileModeErrorMsg of validation.go
		return 0, fmt.Errorf("mode %v", number)
	}
	return fs.FileMode(number), nil
}
