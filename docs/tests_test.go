package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	testName       = regexp.MustCompile(`^(?:Test|Fuzz|Example)[A-Z]\w*$`)
	testDefinition = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Example)\w*)\(`)
)

// The tests that documents name as their proof exist.
func TestNamedTestsExist(t *testing.T) {
	defined := map[string]bool{}
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range testDefinition.FindAllStringSubmatch(string(text), -1) {
			defined[found[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	all, err := pages(top)
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for name, p := range all {
		for _, span := range p.spans {
			if testName.MatchString(span) {
				named++
				if !defined[span] {
					t.Errorf("%s names %s, which does not exist", name, span)
				}
			}
		}
	}
	if named < 20 {
		t.Errorf("the documents name %d tests", named)
	}
}
