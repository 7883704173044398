package yamledit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// TestLiteral runs each file of testdata/literal: a document whose key `text` is edited, a line of
// arrows, and the document with the edit. The edit puts `new = 1` behind each line `[[runners]]`,
// and in front of everything where there is none. A file name with "rewritten" is a document that
// has to be serialized as a whole. «CR» stands for a carriage return, «END» for the missing line
// end of a text.
func TestLiteral(t *testing.T) {
	paths, err := filepath.Glob("testdata/literal/*.txt")
	if err != nil || len(paths) < 15 {
		t.Fatalf("%d files: %v", len(paths), err)
	}
	unescape := strings.NewReplacer("«CR»", "\r", "«END»\n", "")
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			input, want, found := strings.Cut(string(content), ">>>>>>>>\n")
			if !found {
				t.Fatal("no line of arrows")
			}
			stream := Split([]byte(unescape.Replace(input)))
			doc := stream.Documents[0]
			edited := addLine(t, doc)
			got, err := stream.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != unescape.Replace(want) {
				t.Errorf("got\n%q\nwant\n%q", got, unescape.Replace(want))
			}
			if wanted := strings.Contains(path, "rewritten"); doc.Rewritten != wanted {
				t.Errorf("rewritten: %v, want %v", doc.Rewritten, wanted)
			}
			if again := textOf(t, Split(got).Documents[0]); again != edited {
				t.Errorf("it reads %q, want %q", again, edited)
			}
			checkReverted(t, got, unescape.Replace(input))
		})
	}
}

// checkReverted sets the former value again, which gives the former text. A scalar without a line end
// behind its last line, or of another style, may come back in another form.
func checkReverted(t *testing.T, edited []byte, input string) {
	t.Helper()
	value := textOf(t, Split([]byte(input)).Documents[0])
	stream := Split(edited)
	setText(t, stream.Documents[0], value)
	got, err := stream.Bytes()
	if err != nil || textOf(t, Split(got).Documents[0]) != value {
		t.Errorf("taken back, it is %q; error %v", got, err)
	}
	if isFolded := strings.Contains(input, ">") || strings.Contains(input, "\n\n  [["); string(got) != input && !isFolded && strings.HasSuffix(value, "\n") {
		t.Errorf("taken back, it is\n%q\ninstead of\n%q", got, input)
	}
}

// addLine makes the edit of TestLiteral, and returns the new value.
func addLine(t *testing.T, doc *Document) string {
	t.Helper()
	value := textOf(t, doc)
	edited := strings.ReplaceAll(value, "[[runners]]\n", "[[runners]]\nnew = 1\n")
	if strings.HasSuffix(value, "[[runners]]") {
		edited = value + "\nnew = 1"
	}
	if edited == value {
		edited = "new = 1\n" + value
	}
	setText(t, doc, edited)
	return edited
}

func setText(t *testing.T, doc *Document, value string) {
	t.Helper()
	root, err := doc.Root()
	if err != nil {
		t.Fatal(err)
	}
	Set(root, "text", Text(value))
}

func textOf(t *testing.T, doc *Document) string {
	t.Helper()
	root, err := doc.Root()
	if err != nil {
		t.Fatal(err)
	}
	return yaml.GetValue(root.Field("text").Value)
}
