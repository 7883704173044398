package tomledit

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the wanted parts of the cases in testdata")

// What the cases of testdata/edit set.
const (
	wantedPath  = "/etc/helm-runnertrust/ca.crt"
	wantedLines = "echo \"$HOME\" 'it'\n  two\n"
)

var wantedVolume = Volume{Kind: "config_map", Name: "ci-certs", MountPath: "/etc/ssl/certs/x.crt", SubPath: "ca.crt"}

// TestEdit runs every file of testdata/edit: the result for its input when tls-ca-file is set,
// when lines are put in front of pre_build_script, and when a volume is added.
func TestEdit(t *testing.T) {
	forEachCase(t, "edit", func(t *testing.T, input string) []part {
		c := mustParse(t, input)
		var parts []part
		for _, e := range []trial{pathTrial(wantedPath), scriptTrial(wantedLines), volumesTrial(wantedVolume)} {
			text, err := e.edit(c)
			if err == nil {
				e.check(t, c, text)
			}
			parts = append(parts, part{e.name, text + errorText(t, err)})
		}
		return parts
	})
}

// TestRefuse runs every file of testdata/refuse, which Parse refuses.
func TestRefuse(t *testing.T) {
	forEachCase(t, "refuse", func(t *testing.T, input string) []part {
		c, err := Parse(input)
		if err == nil {
			t.Fatalf("accepted: %v", c.tree)
		}
		return []part{{"error", errorText(t, err)}}
	})
}

// errorText returns an error as the cases have it: its type, message, and the lines to add.
func errorText(t *testing.T, err error) string {
	if err == nil {
		return ""
	}
	if refused, ok := errors.AsType[*Error](err); ok && refused.Add != "" {
		return "error: " + err.Error() + "\nto add:\n" + strings.TrimSuffix(refused.Add, "\n") + "\n"
	} else if ok {
		return "error: " + err.Error() + "\n"
	}
	t.Fatalf("an error of another type: %v", err)
	return ""
}

// A part of a case's file, under a line `-- name --`.
type part struct{ name, text string }

const inputMark = "-- input --\n"

// forEachCase compares the parts that run makes of each file's input with those in the file.
func forEachCase(t *testing.T, folder string, run func(t *testing.T, input string) []part) {
	files := caseFiles(t, folder)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			recorded, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			title, input := splitCase(t, string(recorded))
			var all strings.Builder
			all.WriteString(title + inputMark + input)
			for _, p := range run(t, input) {
				all.WriteString("-- " + p.name + " --\n" + p.text)
			}
			if *update {
				if err := os.WriteFile(file, []byte(all.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if all.String() != string(recorded) && !*update {
				t.Errorf("got:\n%s\nwant:\n%s", all.String(), recorded)
			}
		})
	}
}

// caseFiles lists the cases of a folder; there have to be some.
func caseFiles(t testing.TB, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("no cases in testdata/%s", folder)
	}
	return files
}

// splitCase is the title and the input of a case.
func splitCase(t testing.TB, content string) (title, input string) {
	t.Helper()
	title, rest, found := strings.Cut(content, inputMark)
	if !found {
		t.Fatal("the case has no input")
	}
	if end := strings.Index(rest, "-- "); strings.HasPrefix(rest, "-- ") {
		return title, rest[:end]
	}
	input, _, ended := strings.Cut(rest, "\n-- ")
	if ended {
		input += "\n"
	}
	return title, input
}
