package tomledit

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// FuzzSetTLSCAFile holds the package's promises on any text and path.
func FuzzSetTLSCAFile(f *testing.F) {
	for _, input := range inputs(f) {
		f.Add(input, wantedPath)
	}
	f.Fuzz(func(t *testing.T, input, path string) { pathTrial(path).run(t, input, fitsTOML(path)) })
}

// FuzzSetPreBuildScript holds them on any text and lines.
func FuzzSetPreBuildScript(f *testing.F) {
	for _, input := range inputs(f) {
		f.Add(input, wantedLines)
		f.Add(input, "echo '''")
	}
	f.Fuzz(func(t *testing.T, input, lines string) {
		fits := fitsTOML(strings.ReplaceAll(lines, "\n", "")) && !strings.ContainsAny(lines, `\'"`)
		scriptTrial(lines).run(t, input, fits)
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
	text, err := e.edit(c)
	if err == nil {
		e.check(t, c, text)
		return
	}
	refused, isEdit := errors.AsType[*EditError](err)
	if !isEdit || text != "" {
		t.Fatalf("text %q, error %v", text, err)
	}
	// NaN is equal to nothing, so that such a text is not edited.
	if fits && refused.Message == notChanged && len(input) < maxSize/2 && !strings.Contains(input, "nan") {
		t.Fatalf("the edit of %q has gone wrong: %v", input, err)
	}
}

// fitsTOML reports whether a value needs no escape but of quotes and backslashes.
func fitsTOML(value string) bool {
	_, err := decode("x = " + quote(value))
	return err == nil
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
