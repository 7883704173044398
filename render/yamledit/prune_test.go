package yamledit

import (
	"fmt"
	"strings"
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

// TestPrune counts what is left of a tree: the way to the edit, and a key with a mark for each collection beside it.
func TestPrune(t *testing.T) {
	var text strings.Builder
	text.WriteString("first: {a: b}\nedited:\n- c: d\n- name: x\n  e:\n    f: g\n  h:\n    i: j\n")
	for i := range 20 {
		fmt.Fprintf(&text, "stays-%d:\n  a: b\n  c: [d, e]\n", i)
	}
	doc := Split([]byte(text.String())).Documents[0]
	root, err := doc.Root()
	if err != nil {
		t.Fatal(err)
	}
	Set(yaml.NewRNode(root.Field("edited").Value.YNode().Content[1]), "new", Text("v"))
	c := &carrier{scalars: map[string]*yaml.Node{}}
	before, after := c.prune(doc.before, doc.after)
	for name, trees := range map[string][2]*yaml.Node{"before": {doc.before, before}, "after": {doc.after, after}} {
		if all, left := len(nodesOf(trees[0], false)), len(nodesOf(trees[1], false)); all < 150 || left > 60 {
			t.Errorf("%s: %d of %d nodes are left", name, left, all)
		}
	}
}
