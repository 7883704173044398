package render

import (
	"bytes"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// kyaml is what Helm 4 reads and writes the stream with. The shipped binary
// does without it, since it would take a third of its time to start, so it is
// here to compare with.

// TestEncodeAsKyaml serializes every document of the fixtures both ways.
func TestEncodeAsKyaml(t *testing.T) {
	compared := 0
	for _, input := range fixtureInputs(t) {
		for _, d := range read(input) {
			if d.parse() != nil || d.contains("\t") {
				continue // kyaml's guess of the list style takes tabs for no space
			}
			ours, err := encode(d.before, indentsLists(d.before))
			if err != nil {
				t.Fatal(err)
			}
			style := yaml.SequenceIndentStyle(yaml.DeriveSeqIndentStyle(string(d.text)))
			theirs, err := yaml.MarshalWithOptions(d.before, &yaml.EncoderOptions{SeqIndent: style})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(ours, theirs) {
				t.Errorf("%s: got\n%s\nwant\n%s", d.place(), ours, theirs)
			}
			compared++
		}
	}
	if compared < 100 {
		t.Fatalf("only %d documents were compared", compared)
	}
}

// TestThroughHelm4 takes the output through the reading and writing that Helm
// 4 does, which re-indents and drops blank lines: to the filter, it is patched
// already.
func TestThroughHelm4(t *testing.T) {
	compared := 0
	for _, input := range fixtureInputs(t) {
		first, err := Filter(input, options(t))
		if err != nil {
			continue
		}
		nodes, err := kio.ParseAll(string(first.Stream))
		if err != nil || len(nodes) != contents(first.Stream) {
			continue // Helm could not have rendered it: kyaml does not know `...`
		}
		cycled, err := kio.StringAll(nodes)
		if err != nil {
			t.Fatal(err)
		}
		second, err := Filter([]byte(cycled), options(t))
		if err != nil {
			t.Errorf("%v\n%s", err, cycled)
			continue
		}
		if string(second.Stream) != cycled {
			t.Errorf("a second run changes\n%s\nto\n%s", cycled, second.Stream)
		}
		compared++
	}
	if compared < 50 {
		t.Fatalf("only %d streams were compared", compared)
	}
}

// contents counts the documents that have any content.
func contents(stream []byte) int {
	count := 0
	for _, d := range read(stream) {
		if d.parse() == nil {
			count++
		}
	}
	return count
}
