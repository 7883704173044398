package advice

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
	"helm-runnertrust/trust/trusttest/golden"
)

// declaredCodes returns the codes that packages declare as constants.
func declaredCodes(t *testing.T) map[trust.Code]bool {
	t.Helper()
	codes := map[trust.Code]bool{}
	constant := regexp.MustCompile(`\bCode\s+= "([a-z0-9-]+)"`)
	for _, folder := range []string{"../../trust", "../../render", "../../gitlabrunner", "."} {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, found := range constant.FindAllSubmatch(text, -1) {
				codes[trust.Code(found[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	delete(codes, CodeCommand) // whose errors bring their hints along
	if len(codes) < 100 {
		t.Fatalf("only %d codes are declared", len(codes))
	}
	return codes
}

// TestHints holds that every code has an entry, and records the hints.
func TestHints(t *testing.T) {
	declared := declaredCodes(t)
	for code := range declared {
		if Entries()[code].Words == "" {
			t.Errorf("the code %q has no entry, or none with words of its message", code)
		}
	}
	var text strings.Builder
	for _, code := range slices.Sorted(maps.Keys(Entries())) {
		if !declared[code] {
			t.Errorf("the entry %q is for a code that no package has", code)
		}
		e := Entries()[code]
		if e.Why == "" && e.hint == nil {
			t.Errorf("the entry %q says neither why it happens nor what to do", code)
		}
		fmt.Fprintf(&text, "%s\n%s", code, hintsByCheck(code))
	}
	golden.Compare(t, filepath.Join("testdata", "hints.txt"), text.String())
}

// TestWords holds that the words of each entry are those of a message: one that is recorded, or that the code of a
// package has.
func TestWords(t *testing.T) {
	recorded := textOf(t, ".txt", "../../fixtures", "../../trust", "../../render", "..")
	code := textOf(t, ".go", "../../trust", "../../render", "../../gitlabrunner", "..")
	for about, e := range Entries() {
		for _, words := range strings.Split(e.Words, "|") {
			for _, part := range strings.Split(words, "…") {
				if !strings.Contains(recorded, part) && !strings.Contains(code, strings.TrimSpace(part)) {
					t.Errorf("%s: no message has %q", about, part)
				}
			}
		}
	}
}

// textOf joins the files below folders whose names end so: recordings but for those of the entries themselves, or
// code without that of tests and of this package.
func textOf(t *testing.T, extension string, folders ...string) string {
	t.Helper()
	var all strings.Builder
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err == nil && entry.Name() == "advice":
				return fs.SkipDir
			case err != nil || filepath.Ext(path) != extension || strings.HasSuffix(path, "_test.go"):
				return err
			}
			text, err := os.ReadFile(path)
			all.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if all.Len() < 10_000 {
		t.Fatalf("only %d bytes in files *%s", all.Len(), extension)
	}
	return all.String()
}

// hintsByCheck returns the hints of a code, each with the checks that give it.
func hintsByCheck(code trust.Code) string {
	named := trusttest.SelfSigned(trusttest.Template{DNSNames: []string{"gitlab.example.com"}}).Certificate
	unnamed := trusttest.SelfSigned(trusttest.Template{CommonName: "gitlab.example.com"}).Certificate
	on := map[string][]string{}
	for _, about := range []struct {
		name    string
		context Context
	}{
		{"files", Context{}},
		{"manifests", Context{Check: OfManifests}},
		{"fetch", Context{Check: OfServer, Leaf: named}},
		{"verdict", Context{Check: OfHandshake, Leaf: named}},
		{"verdict without names", Context{Check: OfHandshake, Leaf: unnamed}},
	} {
		said := about.context.Of(trust.Finding{Code: code, Host: "gitlab.example.com:8443"}).Hint
		on[said] = append(on[said], about.name)
	}
	var text strings.Builder
	for _, said := range slices.Sorted(maps.Keys(on)) {
		switch {
		case len(on) == 1 && said == "":
			text.WriteString("    nothing\n")
		case len(on) == 1:
			fmt.Fprintf(&text, "    %s\n", said)
		case said != "":
			fmt.Fprintf(&text, "    %s: %s\n", strings.Join(on[said], ", "), said)
		}
	}
	return text.String()
}

// TestHintWithoutHost has a word to be replaced where the host is not known.
func TestHintWithoutHost(t *testing.T) {
	if got, want := hintFor(trust.CodeEmpty, Context{}), "get the chain from the server: helm runnertrust fetch HOST --save FILE"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
