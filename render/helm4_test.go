package render

import (
	"testing"

	"sigs.k8s.io/kustomize/kyaml/kio"

	"helm-runnertrust/fixtures"
	"helm-runnertrust/render/yamledit"
)

// TestThroughHelm4 takes the output through the reading and writing that Helm
// 4 does, which re-indents and drops blank lines: to the filter, it is patched
// already.
func TestThroughHelm4(t *testing.T) {
	compared := 0
	for _, input := range fixtures.Inputs(t) {
		first, err := Filter(input, options(t))
		if err != nil {
			continue
		}
		nodes, err := kio.ParseAll(string(first.Bytes()))
		if err != nil || len(nodes) != contents(first.Bytes()) {
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
		if string(second.Bytes()) != cycled {
			t.Errorf("a second run changes\n%s\nto\n%s", cycled, second.Bytes())
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
	for _, d := range yamledit.Split(stream).Documents {
		if _, err := d.Root(); err == nil {
			count++
		}
	}
	return count
}
