package yamledit

import (
	"reflect"
	"testing"

	kubernetes "go.yaml.in/yaml/v2"
)

// TestMergeKeys holds the expansion of merge keys against the library that Kubernetes reads YAML
// with.
func TestMergeKeys(t *testing.T) {
	const anchors = "x: &x {a: x1, b: x1}\ny: &y {b: y1, c: y1}\n"
	for _, mapping := range []string{
		"<<: *x\n  a: own",
		"a: own\n  <<: *x",
		"a: own\n  <<: *x\n  b: own",
		"<<: *x\n  <<: *y",
		"<<: *y\n  b: own\n  <<: *x",
		"<<: [*x, *y]",
		"b: own\n  <<: [*y, *x]\n  c: own",
		"<<: [*x, {a: flow, d: flow}]\n  d: own",
		"<<: {<<: *x, b: inner}\n  a: own",
		"a: {deep: 1}\n  <<: {a: {other: 2}}",
		"\"<<\": 1\n  a: 2",
	} {
		text := anchors + "m:\n  " + mapping + "\n"
		root, err := Split([]byte(text)).Documents[0].Root()
		if err != nil {
			t.Errorf("%q: %v", mapping, err)
			continue
		}
		var got, want map[string]any
		if err := root.YNode().Decode(&got); err != nil {
			t.Fatal(err)
		}
		if err := kubernetes.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if g, w := plain(got["m"]), plain(want["m"]); !reflect.DeepEqual(g, w) {
			t.Errorf("%q: got %v, Kubernetes reads %v", mapping, g, w)
		}
	}
}

// plain makes one kind of map of those of both libraries.
func plain(value any) any {
	switch m := value.(type) {
	case map[any]any:
		converted := map[string]any{}
		for key, inner := range m {
			converted[key.(string)] = plain(inner)
		}
		return converted
	case map[string]any:
		converted := map[string]any{}
		for key, inner := range m {
			converted[key] = plain(inner)
		}
		return converted
	}
	return value
}
