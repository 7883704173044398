package yamledit

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for name, want := range map[string][]string{
		"empty":                       {},
		"one document":                {"a: 1\n"},
		"marker first":                {"---\na: 1\n", "---\nb: 2\n"},
		"comment before marker":       {"# c\n\n---\na: 1\n", "---\nb: 2\n"},
		"directive before marker":     {"%TAG ! x\n---\na: 1\n"},
		"byte order mark":             {"\ufeff---\na: 1\n", "---\n"},
		"document of comments":        {"---\n# only\n", "---\nb: 2\n"},
		"end marker":                  {"a: 1\n...\n", "# between\n---\nb: 2\n"},
		"text on the marker's line":   {"--- # c\na: 1\n", "--- {b: 2}\n"},
		"carriage returns":            {"---\r\na: 1\r\n", "---\r\nb: 2\r\n"},
		"marker at the end of file":   {"a: 1\n", "---"},
		"not a marker":                {"a: |\n  ---\n----\n---x\n ---\n"},
		"no line end":                 {"---\na: 1"},
		"empty documents":             {"---\n", "---\n", "---\n"},
		"end markers in a row":        {"...\n", "...\n"},
		"tab behind the marker":       {"a: 1\n", "---\tb\n"},
		"byte order mark later on":    {"a: 1\n", "---\n\ufeffb: 2\n"},
		"comment behind an end":       {"a: 1\n... # c\n", "b: 2\n"},
		"directive is content inside": {"a: 1\n%b\n", "---\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := []string{}
			for _, document := range split([]byte(strings.Join(want, ""))) {
				got = append(got, string(document))
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func FuzzSplit(f *testing.F) {
	for _, seed := range fixtureInputs(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		documents := split(stream)
		if joined := bytes.Join(documents, nil); !bytes.Equal(joined, stream) {
			t.Fatalf("joined: %q", joined)
		}
		for i, document := range documents {
			if len(document) == 0 {
				t.Fatalf("document %d is empty", i+1)
			}
		}
	})
}

// fixtureInputs are the streams of the fixtures, without the largest; there
// have to be some.
func fixtureInputs(t testing.TB) [][]byte {
	t.Helper()
	paths, err := filepath.Glob("../../fixtures/*/*/input.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Fatal("no fixtures")
	}
	var inputs [][]byte
	for _, path := range paths {
		input, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(input) <= 16<<10 { // a fuzzer gets nowhere with longer ones
			inputs = append(inputs, input)
		}
	}
	return inputs
}
