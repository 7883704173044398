package yamledit

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"helm-runnertrust/fixtures"
)

// TestRead reads streams in pieces of any size, from empty to larger than the buffer is first:
// the documents have to be those of Split.
func TestRead(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	inputs := fixtures.Inputs(t)
	for round := range 20 {
		var stream []byte
		for len(stream) < round<<19 {
			stream = append(stream, inputs[random.IntN(len(inputs))]...)
			if random.IntN(200) == 0 {
				stream = append(stream, bytes.Repeat([]byte("- item of a long list\n"), random.IntN(1<<17))...)
			}
		}
		got, err := Read(iotest.HalfReader(bytes.NewReader(stream)))
		if err != nil {
			t.Fatal(err)
		}
		want := Split(stream)
		if len(got.Documents) != len(want.Documents) {
			t.Fatalf("%d documents, want %d", len(got.Documents), len(want.Documents))
		}
		for i, d := range want.Documents {
			if g := got.Documents[i]; !bytes.Equal(g.Text, d.Text) || g.LinesAbove != d.LinesAbove || g.Number != d.Number {
				t.Fatalf("document %d of %d differs", i+1, len(want.Documents))
			}
		}
	}
}

func TestReadError(t *testing.T) {
	broken := errors.New("broken")
	if _, err := Read(io.MultiReader(bytes.NewReader([]byte("a: 1\n")), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
