package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"

	"helm-runnertrust/fixtures"
)

// formatCase writes a case as package fixtures reads it.
func formatCase(c *fixtures.Case) string {
	var text strings.Builder
	line := func(key string, values ...string) {
		for _, value := range values {
			text.WriteString(key + ": " + value + "\n")
		}
	}
	text.WriteString("-- " + c.Name + " --\n")
	line("about", c.About)
	if c.Base != "" {
		line("base", c.Base)
	}
	line("transform", c.Transforms...)
	line("arg", c.Args...)
	line("message", c.Messages...)
	parts := c.Parts()
	for _, name := range []string{"/input.yaml", "/change.diff", "/output.diff", "/runners.txt"} {
		if part := parts[c.Name+name]; part != nil && *part != "" {
			text.WriteString("-- " + c.Name + name + " --\n" + *part)
		}
	}
	return text.String()
}

// fixtureDiff returns what makes after of before, both as fixtures.Show has them: hunks as in a unified diff, with
// as many lines around the changes as it takes to find them. A hunk has no numbers, so that a change
// further up leaves it as it is.
func fixtureDiff(before, after string) (string, error) {
	const maxAround = 100 // lines around a change
	edits := udiff.Lines(before, after)
	for around := 1; around <= maxAround; around++ {
		unified, err := udiff.ToUnifiedDiff("", "", before, edits, around)
		if err != nil {
			return "", err
		}
		var text strings.Builder
		for _, hunk := range unified.Hunks {
			text.WriteString("@@\n")
			for _, line := range hunk.Lines {
				text.WriteString(map[udiff.OpKind]string{udiff.Delete: "-", udiff.Insert: "+", udiff.Equal: " "}[line.Kind] + line.Content)
			}
		}
		if got, err := fixtures.Apply(before, text.String()); err == nil && got == after {
			return text.String(), nil
		}
	}
	return "", errors.New("no diff says what changes")
}

// recordOutput makes an output the expected one of a case.
func recordOutput(t *testing.T, c *fixtures.Case, output string) {
	t.Helper()
	var err error
	if c.Expected, err = fixtureDiff(fixtures.Show(c.Input(t)), fixtures.Show(output)); err != nil {
		t.Fatalf("%s: %v", c, err)
	}
}

// shorten makes a change of the base of a whole input that has one.
func shorten(t *testing.T, c *fixtures.Case) {
	t.Helper()
	if c.Base == "" || c.Whole == "" {
		return
	}
	change, err := fixtureDiff(c.BaseText(t), c.Whole)
	if err != nil {
		t.Fatalf("%s: %v", c, err)
	}
	c.Change, c.Whole = change, ""
}

// writeCases writes the archives of a kind below the folder of the fixtures.
func writeCases(t *testing.T, kind string) {
	t.Helper()
	texts := map[string]string{}
	for _, c := range fixtures.All(t, kind) {
		shorten(t, c)
		texts[c.Archive] += formatCase(c)
	}
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(fixturesDir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFixtureDiff(t *testing.T) {
	repeated := strings.Repeat("a\nb\n", 40)
	for _, test := range []struct{ before, after, want string }{
		{"", "", ""},
		{"a\n", "a\n", ""},
		{"", "a\n", "@@\n+a\n"},
		{"a\nb\n", "a\nx\nb\n", "@@\n a\n+x\n b\n"},
		{"a\n\nb\n", "a\n\nb\nc\n", "@@\n b\n+c\n"},
		{"a\nb\na\nb\nc\n", "a\nb\na\nx\nb\nc\n", "@@\n b\n a\n+x\n b\n c\n"},
		{repeated, "x\n" + repeated, "@@\n+x\n a\n"},
	} {
		got, err := fixtureDiff(test.before, test.after)
		if err != nil || got != test.want {
			t.Errorf("%q to %q: got %q, %v, want %q", test.before, test.after, got, err, test.want)
		}
		if after, err := fixtures.Apply(test.before, got); err != nil || after != test.after {
			t.Errorf("%q: applied %q, %v, want %q", got, after, err, test.after)
		}
	}
}

// TestShorten has a whole input become a change of its base.
func TestShorten(t *testing.T) {
	c := *fixtures.Find(t, "accept/current")
	c.Whole, c.Change = c.BaseText(t)+"# more\n", ""
	whole := c.Input(t)
	if shorten(t, &c); c.Whole != "" || c.Change == "" || !strings.HasSuffix(c.Change, "+# more\n") {
		t.Fatalf("%+v", c)
	}
	if after := c.Input(t); after != whole {
		t.Errorf("the input was %q and is %q", whole, after)
	}
}

// TestFormatCase has every archive written as it is, and as short as it can be.
func TestFormatCase(t *testing.T) {
	texts := map[string]string{}
	for _, kind := range []string{fixtures.Accept, fixtures.Refuse, fixtures.Verify} {
		for _, c := range fixtures.All(t, kind) {
			texts[c.Archive] += formatCase(c)
			if c.Base != "" && c.Whole != "" {
				t.Errorf("%s has a base and a whole input: -update makes a change of it", c)
			}
		}
	}
	for name, text := range texts {
		if text != readFile(t, filepath.Join(fixturesDir, name)) {
			t.Errorf("%s is written otherwise than it is", name)
		}
	}
}
