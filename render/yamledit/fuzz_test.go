package yamledit

import (
	"bytes"
	"regexp"
	"slices"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/fixtures"
)

// FuzzSplit holds that joining the documents of any stream gives the stream back.
func FuzzSplit(f *testing.F) {
	for _, seed := range fixtures.Inputs(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		var joined []byte
		for _, d := range Split(stream).Documents {
			if len(d.Text) == 0 {
				t.Fatalf("document %d is empty", d.Number)
			}
			joined = append(joined, d.Text...)
		}
		if !bytes.Equal(joined, stream) {
			t.Fatalf("joined: %q", joined)
		}
	})
}

// texts are those of a stream's documents.
func texts(s *Stream) []string {
	out := []string{}
	for _, d := range s.Documents {
		out = append(out, string(d.Text))
	}
	return out
}

// headerAlone matches the | of a string that is not behind its key, or has a comment right behind it, as nobody writes it:
// such a string may be written anew.
var headerAlone = regexp.MustCompile(`(?m)^[ \t]*[|>]|[|>][-+0-9]*#`)

// otherBreak matches what ends a line to YAML and not to us, so that both count other lines.
var otherBreak = regexp.MustCompile(`\r([^\n]|$)|[\x{85}\x{2028}\x{2029}]`)

// FuzzEdit holds the promises of an edit on any document: a key is added to, or set in, one of its
// mappings, an item put in front of one of its sequences or taken out of it, or a line into one of
// its strings; at picks which. The result reads as the edited tree, and unless the document was rewritten, every
// line of it is there still, in order, but for those of the replaced value.
func FuzzEdit(f *testing.F) {
	for i, seed := range fixtures.Inputs(f) {
		f.Add(seed, i)
	}
	for _, seed := range []string{ // what is appended would be a part of these
		"\ufeffx: 1\na: |\n  b", "\ufeff---\nx: 1\na: |\n  b", "\ufeff# c\n---\nx: 1\na: >+\n  b", "--- # c\nx: 1\na: |\n  b",
		"x: 1\na: >+\n ", "%TAG ! x\n---\nx: 1\na: |\n  b", "\ufeff%TAG ! x\n---\nx: 1\na: |\n  b",
	} {
		f.Add([]byte(seed), 5) // a key is added in front
	}
	// A comment in a key belongs elsewhere once its line ends, which the appended document makes it do.
	f.Add([]byte("a: 1\nb: 1\n?   v:\n      n: y\n    # end"), 11)
	f.Add([]byte("\xff\xfea\x00:\x00 \x00b\x00\n"), 1) // UTF-16, and half of a character
	f.Add([]byte("---x: 1\na: |\n  b"), 7)             // no marker
	f.Add([]byte("---\n#\r"), 1)
	f.Add([]byte("# c\ra: 1\r"), 1)
	f.Add([]byte(" |\n"), 4)
	f.Add([]byte("x:\na: |1\n"), 39)
	f.Add([]byte("- -\n-  -  --"), 288)
	f.Add([]byte("\u202f#\u202fK:"), 513)
	f.Add([]byte("- |\r | |\r\r | \r"), 353)
	f.Add([]byte(" #\n ? ? - - -"), 258)
	f.Fuzz(func(t *testing.T, text []byte, at int) {
		stream := Split(text)
		if len(stream.Documents) != 1 || at < 0 || headerAlone.Match(text) {
			return
		}
		doc := stream.Documents[0]
		root, err := doc.Root()
		if err != nil {
			return
		}
		replaces := editAt(t, root.YNode(), at)
		if at%2 != 0 {
			if err := stream.Append("# appended\n", appended(), false); err != nil {
				t.Fatal(err)
			}
		}
		got, err := stream.Bytes()
		if err != nil {
			return // no text can say it, and there is none then
		}
		again := cutAppended(t, got, at%2 != 0)
		if !same(again.YNode(), doc.after) {
			t.Fatalf("%q reads otherwise than what was edited in %q", got, text)
		}
		if !doc.Rewritten && !replaces && !otherBreak.Match(text) {
			checkLines(t, text, got)
		}
	})
}

func appended() *yaml.RNode { return Map(Pair{"appended", Text("a\nb\n")}) }

// cutAppended is the tree of the edited document; the appended one stands in front of it or behind it.
func cutAppended(t *testing.T, stream []byte, isAppended bool) *yaml.RNode {
	t.Helper()
	var others []*yaml.RNode
	found := false
	for _, doc := range Split(stream).Documents {
		if doc.IsBlank() {
			continue
		}
		root, err := doc.Root()
		if err != nil {
			t.Fatalf("%v in %q", err, stream)
		}
		if !found && isAppended && same(root.YNode(), appended().YNode()) {
			found = true
			continue
		}
		others = append(others, root)
	}
	if found != isAppended || len(others) != 1 {
		t.Fatalf("%d documents beside the appended one in %q", len(others), stream)
	}
	return others[0]
}

// editAt edits the node that is at'th of a tree, and reports whether that replaces a value.
func editAt(t *testing.T, root *yaml.Node, at int) (replaces bool) {
	t.Helper()
	nodes := nodesOf(root, false)
	node := nodes[at%len(nodes)].node
	replaces = nodes[at%len(nodes)].inFlow // lines of a flow collection are written anew
	switch node.Kind {
	case yaml.MappingNode:
		key := "added"
		if len(node.Content) > 0 && at%3 == 0 && node.Content[0].Value != "" { // kyaml takes "" for the node itself
			key, replaces = node.Content[0].Value, true
		}
		Set(yaml.NewRNode(node), key, Text("value"))
	case yaml.SequenceNode:
		if len(node.Content) > 1 && at%3 == 0 {
			node.Content, replaces = slices.Delete(slices.Clone(node.Content), at%2, at%2+1), true
		}
		if at%5 != 0 {
			Prepend(yaml.NewRNode(node), Map(Pair{"name", Text("value")}))
		}
	case yaml.ScalarNode:
		if node.Style&yaml.LiteralStyle != 0 {
			wasEmpty := node.Value == "" // its first line says how far the next ones are indented
			node.Value += "added\n"
			return replaces || wasEmpty
		}
		node.Value, replaces = "value", true
	}
	return replaces
}

type fuzzedNode struct {
	node   *yaml.Node
	inFlow bool
}

func nodesOf(node *yaml.Node, inFlow bool) []fuzzedNode {
	inFlow = inFlow || node.Style&yaml.FlowStyle != 0
	all := []fuzzedNode{{node, inFlow}}
	for i, child := range node.Content {
		below := nodesOf(child, inFlow)
		if child.Kind == yaml.SequenceNode && (node.Kind == yaml.SequenceNode || node.Kind == yaml.MappingNode && i%2 == 0) {
			below[0].inFlow = true // as if it were: its first item is on the line of its parent's dash, or of the `?` of a key
		}
		all = append(all, below...)
	}
	return all
}

// checkLines holds that taking bytes out of the result gives the text back.
func checkLines(t *testing.T, text, got []byte) {
	t.Helper()
	rest := text
	for _, c := range got {
		if len(rest) > 0 && rest[0] == c {
			rest = rest[1:]
		}
	}
	if len(rest) > 0 {
		t.Fatalf("%q is not in %q, which was edited", rest, got)
	}
}
