package tomledit

import (
	"errors"
	"os"
	"testing"
)

// FuzzSetTLSCAFile holds the package's promises on any text and path.
func FuzzSetTLSCAFile(f *testing.F) {
	for _, input := range inputs(f) {
		f.Add(input, wantedPath)
	}
	f.Fuzz(func(t *testing.T, input, path string) {
		c, err := Parse(input)
		if err != nil {
			told(t, err) // fails on an error of another type
			return
		}
		text, err := c.SetTLSCAFile(path)
		if err != nil {
			checkRefusal(t, input, text, err)
			return
		}
		checkEdit(t, c, text, tlsCAFile, path)
	})
}

// FuzzSetPreBuildScript holds them on any text and lines.
func FuzzSetPreBuildScript(f *testing.F) {
	for _, input := range inputs(f) {
		f.Add(input, wantedLines)
		f.Add(input, "echo '''")
	}
	f.Fuzz(func(t *testing.T, input, lines string) {
		c, err := Parse(input)
		if err != nil {
			told(t, err) // fails on an error of another type
			return
		}
		text, err := c.PrependPreBuildScript(lines)
		if err != nil {
			checkRefusal(t, input, text, err)
			return
		}
		checkEdit(t, c, text, preBuildScript, "")
	})
}

// checkRefusal holds that an edit fails for a reason of its own, and never because it has made
// another text than it should.
func checkRefusal(t *testing.T, input, text string, err error) {
	t.Helper()
	var refused *EditError
	if !errors.As(err, &refused) || text != "" {
		t.Fatalf("text %q, error %v", text, err)
	}
	if refused.Message == notChanged && len(input) < maxSize/2 {
		t.Fatalf("the edit of %q has gone wrong: %v", input, err)
	}
}

// inputs are the inputs of all cases.
func inputs(f *testing.F) []string {
	f.Helper()
	var all []string
	for _, file := range append(caseFiles(f, "edit"), caseFiles(f, "refuse")...) {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		_, input := splitCase(f, string(content))
		all = append(all, input)
	}
	return all
}
