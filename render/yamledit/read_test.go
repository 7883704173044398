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

// TestRead reads streams in pieces of any size, with documents from empty to larger than a chunk:
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

// TestReadMarkerAtChunk has a line that begins like a marker at the end of the first chunk.
func TestReadMarkerAtChunk(t *testing.T) {
	line := []byte("- text\n")
	stream := bytes.Repeat(line, firstChunk/len(line)-2)
	stream = append(stream, bytes.Repeat([]byte("x"), firstChunk-len(stream)-4)...)
	stream = append(stream, "\n------\n"...)
	got, err := Read(bytes.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Documents) != 1 || !bytes.Equal(got.Documents[0].Text, stream) {
		t.Errorf("%d documents", len(got.Documents))
	}
}

func TestReadError(t *testing.T) {
	broken := errors.New("broken")
	if _, err := Read(io.MultiReader(bytes.NewReader([]byte("a: 1\n")), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
