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

// TestHints records the hints of every code, and holds that no hint is for another one.
func TestHints(t *testing.T) {
	declared := declaredCodes(t)
	var text strings.Builder
	for _, code := range slices.Sorted(maps.Keys(declared)) {
		fmt.Fprintf(&text, "%s\n%s", code, hintsByCheck(code))
	}
	golden.Compare(t, filepath.Join("testdata", "hints.txt"), text.String())
	for _, hints := range []map[trust.Code]hint{certificateHints, serverHints, manifestHints} {
		for code := range hints {
			if !declared[code] {
				t.Errorf("the hint of %q is for a code that no package has", code)
			}
		}
	}
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
