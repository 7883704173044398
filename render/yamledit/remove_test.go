package yamledit

import (
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// TestRemove takes items and keys out; all other lines stay as they are.
func TestRemove(t *testing.T) {
	for name, c := range map[string]struct {
		text, want string
		items      []string // whose name goes
		added      bool     // a new item is put in front
	}{
		"the first item": {
			text: "list:\n  # one\n  - name: a\n    x: 1\n  # two\n  - name: b   # b\n", items: []string{"a"},
			want: "list:\n  # one\n  # two\n  - name: b   # b\n",
		},
		"the last item, without a line end": {
			text: "list:\n- name: a   # a\n- name: b\n  x: 1", items: []string{"b"},
			want: "list:\n- name: a   # a",
		},
		"items around one that stays": {
			text: "list:\n- name: a\n-   name: b   # b\n- name: c\nrest:   1\n", items: []string{"a", "c"},
			want: "list:\n-   name: b   # b\nrest:   1\n",
		},
		"one in the place of the only one": {
			text: "list:\n- name: a\nrest:   1\n", items: []string{"a"}, added: true,
			want: "list:\n- name: new\nrest:   1\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			doc := Split([]byte(c.text)).Documents[0]
			root, err := doc.Root()
			if err != nil {
				t.Fatal(err)
			}
			list := lookup(t, root, "list")
			for _, item := range c.items {
				dropped := Retain(list, func(node *yaml.RNode) bool { return yaml.GetValue(lookup(t, node, "name")) != item })
				if !dropped {
					t.Fatalf("no item %s", item)
				}
			}
			if c.added {
				Prepend(list, Map(Pair{"name", Text("new")}))
			}
			got, err := doc.Bytes()
			if err != nil || string(got) != c.want || doc.Rewritten {
				t.Errorf("got %q, %v, rewritten: %v; want %q", got, err, doc.Rewritten, c.want)
			}
		})
	}
}

// TestRemoveLast is a list of which nothing is left: no lines of it would read as null.
func TestRemoveLast(t *testing.T) {
	doc := Split([]byte("list:\n- name: a\nrest: 1\n")).Documents[0]
	root, err := doc.Root()
	if err != nil {
		t.Fatal(err)
	}
	Retain(lookup(t, root, "list"), func(*yaml.RNode) bool { return false })
	got, err := doc.Bytes()
	if want := "list: []\nrest: 1\n"; err != nil || string(got) != want || doc.Rewritten {
		t.Errorf("got %q, %v, rewritten: %v; want %q", got, err, doc.Rewritten, want)
	}
}
