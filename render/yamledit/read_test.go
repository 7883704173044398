package yamledit

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
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
		if want := Split(stream); !slices.EqualFunc(got.Documents, want.Documents, equal) {
			t.Fatalf("%d bytes: %d documents, want %d like those of Split", len(stream), len(got.Documents), len(want.Documents))
		}
	}
}

// TestPieces reads short streams in three pieces, from and to anywhere, also inside a marker.
func TestPieces(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	lines := []string{"---\n", "---", "--- a\n", "...\n", "...", "... # c\n", "# c\n", "%TAG ! x\n", "\n", "a: 1\n", "a: |\n", "  b\n", "- x\n", "-", ".",
		"---\r\n", "...\r\n", "\r", "\ufeff", "\xef", "---x\n", " \n"}
	for range 10_000 {
		var stream []byte
		for range random.IntN(9) {
			stream = append(stream, lines[random.IntN(len(lines))]...)
		}
		first := random.IntN(len(stream) + 1)
		second := first + random.IntN(len(stream)-first+1)
		pieces := &Stream{}
		rest := pieces.cut(stream[:first], false)
		rest = pieces.cut(slices.Concat(rest, stream[first:second]), false)
		pieces.cut(slices.Concat(rest, stream[second:]), true)
		if whole := Split(stream); !slices.EqualFunc(pieces.Documents, whole.Documents, equal) {
			t.Fatalf("%q in pieces to %d and %d: %q, want %q", stream, first, second, texts(pieces), texts(whole))
		}
	}
}

// equal reports whether two documents are the same piece of a stream.
func equal(a, b *Document) bool {
	return a.Number == b.Number && a.LinesAbove == b.LinesAbove && bytes.Equal(a.Text, b.Text)
}

func TestReadError(t *testing.T) {
	broken := errors.New("broken")
	if _, err := Read(io.MultiReader(bytes.NewReader([]byte("a: 1\n")), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
