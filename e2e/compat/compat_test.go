// Package compat runs the filter over chart renderings and proves what it
// promises for them: that it only adds lines, that it changes no object but the
// runner, and that a second run changes nothing.
//
// Objects are decoded by sigs.k8s.io/yaml, which shares no parser with the
// filter, and keeps the last of duplicate keys as Kubernetes does.
package compat

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"helm-runnertrust/e2e/internal/tool"
	"helm-runnertrust/trust/trusttest"
)

var charts = flag.String("charts", "", "folder with renderings, *.yaml, to try besides those of the test charts")

func TestRenderings(t *testing.T) {
	now := time.Now()
	root := trusttest.SelfSigned(trusttest.Template{CommonName: "compat", CA: true, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0)})
	cert := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(cert, trusttest.PEM(root.Certificate), 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "helm-runnertrust")
	if err := tool.Program(program, "../.."); err != nil {
		t.Fatal(err)
	}
	for name, before := range renderings(t) {
		t.Run(name, func(t *testing.T) {
			// A chart rendered without values does not name its server.
			flag := "--cert=" + cert
			after, err := filter(program, flag, before)
			if err != nil && strings.Contains(err.Error(), "CI_SERVER_URL: its value") {
				flag = "--cert=gitlab.example.com=" + cert
				after, err = filter(program, flag, before)
			}
			if err != nil {
				t.Fatal(err)
			}
			compare(t, before, after)
			if again, err := filter(program, flag, after); err != nil || !bytes.Equal(after, again) {
				t.Errorf("a second run changes its output: %v", err)
			}
		})
	}
}

// renderings returns those of the test charts, and of the folder, by name.
func renderings(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, chart := range []string{"chart", "umbrella"} {
		out, err := exec.Command(tool.Path(t, "helm4"), "template", "my", filepath.Join("..", chart)).Output()
		if err != nil {
			t.Fatal(err)
		}
		all[chart] = out
	}
	if *charts == "" {
		return all
	}
	files, err := filepath.Glob(filepath.Join(*charts, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no *.yaml: %v", *charts, err)
	}
	for _, file := range files {
		if all[filepath.Base(file)], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func filter(program, flag string, stream []byte) ([]byte, error) {
	var stderr bytes.Buffer
	cmd := exec.Command(program, flag)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(stream), &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, &stderr)
	}
	return out, nil
}

// What the filter may change of a Deployment, as changes writes it. A Secret's
// volume at the certs directory becomes a projected one.
var (
	mayChange = regexp.MustCompile(`^(` +
		`\+/metadata/annotations(/helm-runnertrust\|added)?|` +
		`\+/spec/template/metadata/annotations(/checksum\|runner-certs)?|` +
		`\+/spec/template/spec/volumes(/[^/]+(/projected)?)?|` +
		`-/spec/template/spec/volumes/[^/]+/(secret|configMap)|` +
		`\+/spec/template/spec/containers/[^/]+/volumeMounts(/[^/]+)?)$`)
	mountAdded = regexp.MustCompile(`/volumeMounts(/|$)`)
	rewritten  = regexp.MustCompile(`^-/spec/template/spec/volumes/([^/]+)/`)
)

// compare fails the test unless after is before with nothing but patched runners.
func compare(t *testing.T, before, after []byte) {
	t.Helper()
	old, patched := decode(t, before), decode(t, after)
	added := len(patched) - len(old)
	if added < 1 {
		t.Fatal("no ConfigMap was added")
	}
	for _, object := range patched[len(old):] {
		if object["kind"] != "ConfigMap" || !strings.HasSuffix(fmt.Sprint(at(object, "metadata", "name")), "-certs") {
			t.Errorf("not a ConfigMap of certificates: %v", object)
		}
	}
	mayMiss := map[string]bool{}
	for i := range old {
		if !reflect.DeepEqual(old[i], patched[i]) {
			added--
			compareRunners(t, old[i], patched[i], mayMiss)
		}
	}
	if added != 0 {
		t.Errorf("%d more ConfigMaps were added than objects changed", added)
	}
	rest := slices.Collect(strings.Lines(string(after)))
	for line := range strings.Lines(string(before)) {
		if next := slices.Index(rest, line); next >= 0 {
			rest = rest[next+1:]
		} else if !mayMiss[strings.Trim(line, " -\n")] {
			t.Fatalf("missing or out of order: %q", line)
		}
	}
}

// compareRunners fails the test for any other change than those of a patched
// Deployment. It adds the lines of volumes that became projected ones to mayMiss.
func compareRunners(t *testing.T, old, patched map[string]any, mayMiss map[string]bool) {
	t.Helper()
	mounts := 0
	for _, change := range changes("", old, patched) {
		if old["kind"] != "Deployment" || !mayChange.MatchString(change) {
			t.Errorf("%v %v: %s", old["kind"], at(old, "metadata", "name"), change)
		}
		if mountAdded.MatchString(change) {
			mounts++
		}
		if volume := rewritten.FindStringSubmatch(change); volume != nil {
			text, err := yaml.Marshal(at(old, "spec", "template", "spec", "volumes", volume[1]))
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(text)) {
				mayMiss[strings.Trim(line, " -\n")] = true
			}
		}
	}
	if mounts > 1 {
		t.Errorf("%v: %d mounts were added", at(old, "metadata", "name"), mounts)
	}
}

func at(value any, path ...string) any {
	for _, key := range path {
		value = fields(value)[key]
	}
	return value
}

// changes returns the paths at which two values differ: + is only in b, - only in a, ~ in both.
func changes(path string, a, b any) (found []string) {
	inA, inB := fields(a), fields(b)
	switch {
	case reflect.DeepEqual(a, b):
		return nil
	case a == nil:
		return []string{"+" + path}
	case b == nil:
		return []string{"-" + path}
	case inA == nil || inB == nil:
		return []string{"~" + path}
	}
	keys := maps.Clone(inA)
	maps.Copy(keys, inB)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		found = append(found, changes(path+"/"+strings.ReplaceAll(key, "/", "|"), inA[key], inB[key])...)
	}
	return found
}

// A change that the filter may not make is seen.
func TestChanges(t *testing.T) {
	const old = "spec: {template: {spec: {containers: [{name: a, image: b, volumeMounts: [{name: v, mountPath: /v}]}]}}}"
	for patched, want := range map[string]string{
		strings.Replace(old, "image: b", "image: c", 1):                             "~/spec/template/spec/containers/a/image",
		strings.Replace(old, "image: b, ", "", 1):                                   "-/spec/template/spec/containers/a/image",
		strings.Replace(old, "/v}", "/v, readOnly: true}", 1):                       "+/spec/template/spec/containers/a/volumeMounts/|v/readOnly",
		strings.Replace(old, "{name: v, mountPath: /v}", "", 1):                     "-/spec/template/spec/containers/a/volumeMounts/|v",
		strings.Replace(old, "template:", "replicas: 1, template:", 1):              "+/spec/replicas",
		strings.Replace(old, "volumeMounts:", "env: [{name: e}], volumeMounts:", 1): "+/spec/template/spec/containers/a/env",
	} {
		found := changes("", any(decode(t, []byte(old))[0]), any(decode(t, []byte(patched))[0]))
		if len(found) != 1 || found[0] != want || mayChange.MatchString(found[0]) {
			t.Errorf("%s: %q, want %s", patched, found, want)
		}
	}
}

// fields returns the fields of an object, or the items of a list by what Kubernetes merges them by.
func fields(value any) map[string]any {
	object, _ := value.(map[string]any)
	if list, isList := value.([]any); isList {
		object = map[string]any{}
		for i, item := range list {
			key := fmt.Sprint(i)
			for _, name := range []string{"mountPath", "name"} {
				if text, named := fields(item)[name].(string); named {
					key = text
					break
				}
			}
			object[key] = item
		}
	}
	return object
}

// decode reads all objects of a stream.
func decode(t *testing.T, stream []byte) (objects []map[string]any) {
	t.Helper()
	for _, document := range regexp.MustCompile(`(?m)^---(\s|$)`).Split(string(stream), -1) {
		var object map[string]any
		if err := yaml.Unmarshal([]byte(document), &object); err != nil {
			t.Fatal(err)
		}
		if object != nil {
			objects = append(objects, object)
		}
	}
	return objects
}
