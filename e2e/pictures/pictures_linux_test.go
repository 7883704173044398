package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What differs from run to run.
var varying = regexp.MustCompile(`[0-9a-f]{64}|\d{4}-\d\d-\d\d(T[0-9:]+Z)?|127\.0\.0\.1:\d+|(x|y|width|height)="[0-9.]+(px)?"`)

// The pictures of the documents are what the program prints today.
func TestPicturesAreOfThisProgram(t *testing.T) {
	t.Chdir("..") // where make runs it
	folder := t.TempDir()
	if err := run(folder); err != nil {
		t.Fatal(err)
	}
	drawn, err := filepath.Glob(filepath.Join(folder, "*.svg"))
	if err != nil || len(drawn) != len(scenes)*len(themes) {
		t.Fatalf("%d pictures, %v", len(drawn), err)
	}
	for _, path := range drawn {
		name := filepath.Base(path)
		kept, want := lines(t, filepath.Join("../docs/pictures", name)), lines(t, path)
		for i, line := range want {
			if i >= len(kept) || kept[i] != line {
				t.Errorf("docs/pictures/%s does not show what the program prints: make pictures\nit lacks %s", name, line)
				break
			}
		}
		if len(kept) > len(want) {
			t.Errorf("docs/pictures/%s shows more than the program prints: make pictures", name)
		}
	}
}

// lines returns those of a picture, without what varies.
func lines(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(varying.ReplaceAllString(string(content), "…"), "</text>")
}

func TestShorten(t *testing.T) {
	got := strings.Join(withoutBase64(strings.Split("a\n+ -----BEGIN X-----\n+ MII\n+ AA\n+ -----END X-----\nb", "\n")), "\n")
	if want := "a\n+ -----BEGIN X-----\n\x1b[32m+    \x1b[0m" + omitted + "\n+ -----END X-----\nb"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	act := strings.Repeat("line\n", 20)
	lines := acts(strings.Split("=== a\n"+act+"=== b\n"+act, "\n"))
	if count := strings.Count(strings.Join(lines, "\n"), "line"); count != 7+20 || lines[8] != omitted {
		t.Errorf("%d lines: %q", count, lines)
	}
}
