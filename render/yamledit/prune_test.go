package yamledit

import (
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// TestStays edits next to collections that stay, of which each shares a line with what differs, or ends in one
// that is easily taken for another's.
func TestStays(t *testing.T) {
	add := func(root *yaml.RNode) { Set(root, "new", Text("v")) }
	for name, c := range map[string]struct {
		text, want string
		edit       func(root *yaml.RNode)
	}{
		"behind a literal that ends as a comment does": {
			text: "a: 1\nb:\n  c: |\n    # text\n\n# end\n", want: "a: 1\nb:\n  c: |\n    # text\nnew: v\n\n# end\n", edit: add,
		},
		"behind an alias": {
			text: "a: &a\n- 1\nb:\n  c: 2\n  d: *a\n# end\n", want: "a: &a\n- 1\nb:\n  c: 2\n  d: *a\nnew: v\n# end\n", edit: add,
		},
		"the first key of an item goes": {
			text: "- a: 1\n  b:\n    c:   2\n- d\n", want: "- b:\n    c:   2\n- d\n",
			edit: func(root *yaml.RNode) { Remove(yaml.NewRNode(root.YNode().Content[0]), "a") },
		},
		"another key in front of the first of an item": {
			text: "- a:\n    c:   2\n- d\n", want: "- new: v\n  a:\n    c:   2\n- d\n",
			edit: func(root *yaml.RNode) { Prepend(yaml.NewRNode(root.YNode().Content[0]), Text("new"), Text("v")) },
		},
		"the first item goes": {
			text: "- - a\n  - b: 1\n    c:   2\n- d\n", want: "- - b: 1\n    c:   2\n- d\n",
			edit: func(root *yaml.RNode) {
				first := root.YNode().Content[0]
				first.Content = first.Content[1:]
			},
		},
		"behind a list that begins with an alias": {
			text: "- &a 1\n- - *a\n  - b:   3\n", want: "- &a 1\n- - *a\n  - b:   3\n- v\n", edit: func(root *yaml.RNode) { Append(root, Text("v")) },
		},
		"another key of a value": {
			text: "a: 1\nb:\n  c:   2\n", want: "a: 1\nnew:\n  c:   2\n",
			edit: func(root *yaml.RNode) { root.Field("b").Key.YNode().Value = "new" },
		},
		"in a flow list": {
			text: "a: 1\nb: [[c], {d: e}]\n", want: "a: 1\nb: [new, [c], {d: e}]\n",
			edit: func(root *yaml.RNode) { Prepend(root.Field("b").Value, Text("new")) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			doc := Split([]byte(c.text)).Documents[0]
			root, err := doc.Root()
			if err != nil {
				t.Fatal(err)
			}
			c.edit(root)
			got, err := doc.Bytes()
			if err != nil || string(got) != c.want || doc.Rewritten {
				t.Errorf("got %q, %v, rewritten: %v; want %q", got, err, doc.Rewritten, c.want)
			}
		})
	}
}
