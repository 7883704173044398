package runners

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// decode reads the objects of a stream with the parser that Kubernetes has.
func decode(stream string) (all []map[string]any, err error) {
	documents := strings.SplitAfter("\n"+strings.ReplaceAll(stream, "\r\n", "\n"), "\n---")
	for i, document := range documents {
		if i < len(documents)-1 {
			document = strings.TrimSuffix(document, "---") // and keep the end of the line
		}
		var object map[string]any
		if err := yaml.Unmarshal([]byte(document), &object); err != nil {
			return nil, err
		}
		if object != nil {
			all = append(all, object)
		}
	}
	return all, nil
}

func worldOf(objects []map[string]any) (w world, deployment map[string]any) {
	w = world{}
	for _, object := range objects {
		w.add(object)
		if object["kind"] == "Deployment" {
			deployment = object
		}
	}
	return w, deployment
}

// apply makes the filter's edit of plain objects. exact is false where a mount is at the directory already,
// which becomes a projected volume: then only the runner's file tells.
func apply(before []map[string]any, cert string, env bool) (after []map[string]any, exact bool) {
	w, deployment := worldOf(before)
	pod := at(deployment, "spec", "template", "spec").(map[string]any)
	runner := list(pod, "containers")[0].(map[string]any)
	dir, key := "/etc/helm-runnertrust", "ca.crt"
	if !env {
		variables, err := w.environment(runner)
		users := usersOf(pod, runner)
		delete(variables, envFile)
		file, pathErr := pathFor(variables, users[len(users)-1].uid)
		if err != nil || pathErr != nil {
			return nil, false
		}
		dir, key = path.Dir(file), path.Base(file)
	}
	for _, m := range list(runner, "volumeMounts") {
		if path.Clean("/"+text(m, "mountPath")) == dir {
			return nil, false
		}
	}
	const volume = "etc-gitlab-runner-certs"
	prepend(pod, "volumes", map[string]any{"name": volume, "configMap": map[string]any{"name": "ci-runner-certs",
		"items": []any{map[string]any{"key": key, "path": key}}}})
	prepend(runner, "volumeMounts", map[string]any{"name": volume, "mountPath": dir, "readOnly": true})
	if env {
		setVariable(runner, envFile, dir+"/"+key)
	}
	return append(slices.Clone(before), map[string]any{"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": "ci-runner-certs", "namespace": "ci", "labels": at(deployment, "metadata", "labels")},
		"data":     map[string]any{key: cert}}), true
}

func prepend(object map[string]any, name string, item any) {
	object[name] = append([]any{item}, list(object, name)...)
}

func setVariable(container map[string]any, name, value string) {
	entry := map[string]any{"name": name, "value": value}
	for i, e := range slices.Backward(list(container, "env")) { // the last one counts
		if text(e, "name") == name {
			list(container, "env")[i] = entry
			return
		}
	}
	prepend(container, "env", entry)
}

// withoutNotes takes out the annotations that the filter writes, which no plain edit has.
func withoutNotes(objects []map[string]any) {
	for _, object := range objects {
		for _, metadata := range []any{object["metadata"], at(object, "spec", "template", "metadata")} {
			annotations, _ := at(metadata, "annotations").(map[string]any)
			for name := range annotations {
				if strings.HasPrefix(name, "helm-runnertrust/") || name == "checksum/runner-certs" {
					delete(annotations, name)
				}
			}
			if fields, isMap := metadata.(map[string]any); isMap && len(annotations) == 0 {
				delete(fields, "annotations")
			}
		}
	}
}

// different says where two values differ, "" nowhere.
func different(where string, a, b any) string {
	switch x := a.(type) {
	case map[string]any:
		y, same := b.(map[string]any)
		if !same {
			break
		}
		keys := maps.Clone(x)
		maps.Copy(keys, y)
		for key := range keys {
			if found := different(where+"/"+key, x[key], y[key]); found != "" {
				return found
			}
		}
		return ""
	case []any:
		y, same := b.([]any)
		if !same || len(x) != len(y) {
			break
		}
		for i := range x {
			if found := different(fmt.Sprint(where, "/", i), x[i], y[i]); found != "" {
				return found
			}
		}
		return ""
	}
	if reflect.DeepEqual(a, b) {
		return ""
	}
	return fmt.Sprintf("%s: %v, want %v", where, a, b)
}

// missing returns the first line of before that is not in after, in order; "" for none.
func missing(before, after string) string {
	rest := after
	for line := range strings.Lines(before) {
		line = strings.TrimSuffix(line, "\n")
		if strings.Contains(line, "[]") {
			continue // it gets its first item
		}
		found := false
		for next := range strings.Lines(rest) {
			rest = rest[len(next):]
			if found = strings.TrimSuffix(next, "\n") == line; found {
				break
			}
		}
		if !found {
			return line
		}
	}
	return ""
}

// holds reports whether a file has a certificate.
func holds(data []byte, cert string) bool {
	return bytes.Contains(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte(strings.TrimSpace(cert)))
}
