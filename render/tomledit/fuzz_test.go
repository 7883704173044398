package tomledit

import (
	"errors"
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzSetTLSCAFile holds the package's promises on any text and path.
func FuzzSetTLSCAFile(f *testing.F) {
	for _, input := range inputs(f) {
		f.Add(input, wantedPath)
	}
	f.Fuzz(func(t *testing.T, input, path string) {
		if path != "" { // which takes the setting out
			pathTrial(path).run(t, input, fits(path))
		}
	})
}

// FuzzSetPreBuildScript holds them on any text and lines.
func FuzzSetPreBuildScript(f *testing.F) {
	for _, input := range inputs(f) {
		f.Add(input, wantedLines)
		f.Add(input, "echo '''")
	}
	f.Add("[[runners]]", "\xda\n\x88") // not UTF-8, but without the line break
	f.Fuzz(func(t *testing.T, input, lines string) {
		if strings.Contains(lines, "# helm-runnertrust:") {
			return // no script of ours has those around it in it
		}
		scriptTrial(lines).run(t, input, fits(strings.ReplaceAll(lines, "\n", " ")))
	})
}

// FuzzAddJobVolumes holds them on any text and names.
func FuzzAddJobVolumes(f *testing.F) {
	for _, input := range inputs(f) {
		f.Add(input, "name", "/etc/ssl/certs/x.crt", "ca.crt")
	}
	f.Fuzz(func(t *testing.T, input, name, path, key string) {
		volumes := []Volume{
			{Kind: "config_map", Name: name, MountPath: path, SubPath: key},
			{Kind: "secret", Name: name, MountPath: path, SubPath: key, Items: map[string]string{key: path}},
		}
		volumesTrial(volumes...).run(t, input, false)
	})
}

// run makes an edit of a text and checks what comes of it. An edit that fits may fail for a reason
// of its own, and never because the result is not what it should be.
func (e trial) run(t *testing.T, input string, fits bool) {
	c, err := Parse(input)
	if err != nil {
		errorText(t, err) // fails on an error of another type
		return
	}
	if volumes := len(c.Volumes()); volumes > len(input) {
		t.Fatalf("%d volumes", volumes)
	}
	text, err := e.edit(c)
	if err == nil {
		e.check(t, c, text)
		return
	}
	refused, isEdit := errors.AsType[*Error](err)
	if !isEdit || text != "" {
		t.Fatalf("text %q, error %v", text, err)
	}
	// NaN is equal to nothing, so that such a text is not edited. Comments of ours in a text that no
	// edit made are refused in one way or another.
	if fits && !strings.Contains(input, "# helm-runnertrust:") && strings.HasPrefix(refused.Message, notChanged) && len(input) < maxSize/2 && !strings.Contains(input, "nan") {
		t.Fatalf("the edit of %q has gone wrong: %v", input, err)
	}
}

// fits reports whether a value can be written between any quotes as it is.
func fits(value string) bool {
	return utf8.ValidString(value) && !strings.ContainsFunc(value, func(r rune) bool {
		return r != '\t' && unicode.IsControl(r) || strings.ContainsRune(`\'"`, r)
	})
}

// inputs returns the inputs of all cases.
func inputs(f *testing.F) []string {
	f.Helper()
	var all []string
	for _, file := range append(caseFiles(f, "edit"), caseFiles(f, "refuse")...) {
		recorded, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		_, input := splitCase(f, string(recorded))
		all = append(all, input)
	}
	return all
}
