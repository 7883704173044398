package e2e

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// object is a decoded Kubernetes object, with the types of JSON.
type object = map[string]any

// separator starts a document of a stream that Helm wrote.
var separator = regexp.MustCompile(`(?m)^---[ \t]*(#.*)?$`)

// objects decodes a stream, by kind, namespace and name. An object that is
// there twice and a key that is there twice fail the test.
func objects(t *testing.T, stream string) map[string]object {
	t.Helper()
	found := map[string]object{}
	for _, document := range separator.Split(stream, -1) {
		var o object
		if err := yaml.UnmarshalStrict([]byte(document), &o); err != nil {
			t.Fatalf("%v in\n%s", err, document)
		}
		if o == nil {
			continue
		}
		name := nameOf(o)
		if found[name] != nil {
			t.Fatalf("%s is there twice", name)
		}
		found[name] = o
	}
	if len(found) == 0 {
		t.Fatalf("no objects in\n%s", stream)
	}
	return found
}

func nameOf(o object) string {
	return fmt.Sprintf("%s %s/%s", o["kind"], at(o, "metadata", "namespace"), at(o, "metadata", "name"))
}

// at returns what is at the path of keys, nil when a part is missing.
func at(value any, path ...string) any {
	for _, key := range path {
		parent, _ := value.(object)
		value = parent[key]
	}
	return value
}

// textAt is at for texts, "" for what is none.
func textAt(value any, path ...string) string {
	found, _ := at(value, path...).(string)
	return found
}

// decode turns a decoded object into a type with the fields in question.
func decode[T any](t *testing.T, o object) T {
	t.Helper()
	var typed T
	text, err := json.Marshal(o)
	if err == nil {
		err = json.Unmarshal(text, &typed)
	}
	if err != nil {
		t.Fatal(err)
	}
	return typed
}

// clone is a copy that shares nothing.
func clone(t *testing.T, o object) object { return decode[object](t, o) }

// pretty is an object for a failure's message.
func pretty(value any) string {
	text, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// differences are the lines in which two objects differ.
func differences(got, want any) string {
	const mostLines, mostOfLine = 40, 200
	in := func(text string) map[string]bool {
		lines := map[string]bool{}
		for line := range strings.Lines(text) {
			lines[line] = true
		}
		return lines
	}
	a, b := pretty(got), pretty(want)
	inA, inB := in(a), in(b)
	var out []string
	for line := range strings.Lines(a) {
		if !inB[line] {
			out = append(out, "got:  "+line)
		}
	}
	for line := range strings.Lines(b) {
		if !inA[line] {
			out = append(out, "want: "+line)
		}
	}
	for i, line := range out {
		if len(line) > mostOfLine {
			out[i] = line[:mostOfLine] + "…\n"
		}
	}
	return strings.Join(out[:min(mostLines, len(out))], "")
}
