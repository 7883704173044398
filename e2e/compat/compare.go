package main

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"
)

// compare proves that after is before with nothing but a patched runner.
func compare(before, after []byte) error {
	old, err := decode(before)
	if err != nil {
		return err
	}
	new, err := decode(after)
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	added := len(new) - len(old)
	if added < 1 {
		return errors.New("no ConfigMap was added")
	}
	for _, object := range new[len(old):] {
		if object["kind"] != "ConfigMap" || !strings.HasSuffix(text(object, "metadata", "name"), "-certs") {
			return fmt.Errorf("an object that is no ConfigMap of certificates was added: %v", object["metadata"])
		}
	}
	rewritten, patched := map[string]bool{}, 0
	for i := range old {
		if reflect.DeepEqual(old[i], new[i]) {
			continue
		}
		patched++
		volumes, err := comparePatched(old[i], new[i])
		if err != nil {
			return fmt.Errorf("%v/%s: %w", old[i]["kind"], text(old[i], "metadata", "name"), err)
		}
		for _, volume := range volumes {
			for _, line := range volumeLines(before, volume) {
				rewritten[line] = true
			}
		}
	}
	if patched != added {
		return fmt.Errorf("%d objects changed, and %d ConfigMaps were added", patched, added)
	}
	return compareLines(before, after, rewritten)
}

// comparePatched compares a Deployment with its patched form, and returns the
// names of volumes that were made projected ones.
func comparePatched(old, new map[string]any) (projected []string, err error) {
	if old["kind"] != "Deployment" {
		return nil, errors.New("only a runner's Deployment may change")
	}
	oldPod, newPod := at(old, "spec", "template", "spec"), at(new, "spec", "template", "spec")
	newVolumes := byKey(newPod["volumes"], "name")
	for name, volume := range byKey(oldPod["volumes"], "name") {
		if reflect.DeepEqual(volume, newVolumes[name]) {
			continue
		}
		if newVolumes[name]["projected"] == nil {
			return nil, fmt.Errorf("volume %s changed", name)
		}
		projected = append(projected, name)
	}
	newContainers := byKey(newPod["containers"], "name")
	for name, container := range byKey(oldPod["containers"], "name") {
		newMounts := byKey(newContainers[name]["volumeMounts"], "mountPath")
		for path, mount := range byKey(container["volumeMounts"], "mountPath") {
			if !reflect.DeepEqual(mount, newMounts[path]) {
				return nil, fmt.Errorf("the mount at %s changed", path)
			}
		}
		if len(newMounts) > len(byKey(container["volumeMounts"], "mountPath"))+1 {
			return nil, errors.New("more than one mount was added")
		}
		delete(container, "volumeMounts")
		delete(newContainers[name], "volumeMounts")
	}
	newAnnotations := at(new, "spec", "template", "metadata", "annotations")
	if newAnnotations["checksum/runner-certs"] == nil {
		return nil, errors.New("no annotation checksum/runner-certs")
	}
	delete(newAnnotations, "checksum/runner-certs")
	delete(oldPod, "volumes")
	delete(newPod, "volumes")
	if !reflect.DeepEqual(old, new) {
		return nil, errors.New("something other than volumes, volumeMounts and annotations changed")
	}
	return projected, nil
}

// compareLines demands every line of before in after, in order. Lines in
// rewritten, those of a volume that became a projected one, may be missing.
func compareLines(before, after []byte, rewritten map[string]bool) error {
	rest := bytes.SplitAfter(after, []byte("\n"))
	for number, line := range bytes.SplitAfter(before, []byte("\n")) {
		found := -1
		for i, candidate := range rest {
			if bytes.Equal(line, candidate) {
				found = i
				break
			}
		}
		if found < 0 && !rewritten[string(line)] {
			return fmt.Errorf("line %d is missing or out of order: %q", number+1, line)
		}
		if found >= 0 {
			rest = rest[found+1:]
		}
	}
	return nil
}

// volumeLines are the lines of the list item that has this name, below a
// `volumes:`.
func volumeLines(stream []byte, name string) []string {
	item := regexp.MustCompile(`(?m)^( *)- (?:.*\n(?:\s+ [^-\n].*\n| *\n)*?)?\s*name: ["']?` + regexp.QuoteMeta(name) + `["']?\n(?:[ ]+.*\n)*`)
	_, volumes, _ := bytes.Cut(stream, []byte("volumes:\n"))
	return strings.SplitAfter(string(item.Find(volumes)), "\n")
}

// decode reads all objects of a stream.
func decode(stream []byte) ([]map[string]any, error) {
	var objects []map[string]any
	for _, document := range regexp.MustCompile(`(?m)^---(\s|$)`).Split(string(stream), -1) {
		var object map[string]any
		if err := yaml.Unmarshal([]byte(document), &object); err != nil {
			return nil, err
		}
		if object != nil {
			objects = append(objects, object)
		}
	}
	return objects, nil
}

// at follows keys down; an empty map where they lead nowhere.
func at(object map[string]any, keys ...string) map[string]any {
	for _, key := range keys {
		object, _ = object[key].(map[string]any)
	}
	return object
}

func text(object map[string]any, keys ...string) string {
	last := len(keys) - 1
	value, _ := at(object, keys[:last]...)[keys[last]].(string)
	return value
}

// byKey indexes a list of objects by one of their fields.
func byKey(list any, key string) map[string]map[string]any {
	index := map[string]map[string]any{}
	all, _ := list.([]any)
	for _, one := range all {
		if object, ok := one.(map[string]any); ok {
			name, _ := object[key].(string)
			index[name] = object
		}
	}
	return index
}
