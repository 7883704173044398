//go:build unix

package documents

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// newSession runs in a folder that ends with the test.
func newSession(t *testing.T) session {
	t.Helper()
	return session{document: "docs/X.md", folder: t.TempDir(), timeout: time.Minute,
		env: []string{"PATH=" + os.Getenv("PATH")}}
}

func TestSessionCarriesOver(t *testing.T) {
	steps := []step{
		{file, "a folder/values.yaml", 3, "it's\n"},
		{run, both, 7, "here=$PWD; cd 'a folder'\nfunction f() { cat values.yaml; }\n"},
		{run, "helm3", 12, "f; echo 2026-11-24 >&2\ntest \"$PWD\" = \"$here/a folder\"\n"},
		{output, "", 20, "it's\n2027-01-01\n"},
		{run, both, 30, "sleep 600 &\n"},
	}
	if err := newSession(t).carryOut(steps); err != nil {
		t.Error(err)
	}
}

// Each failure names the document and the line, and shows the block and what it printed.
func TestSessionStops(t *testing.T) {
	for name, test := range map[string]struct {
		steps []step
		want  []string
	}{
		"a command fails": {[]step{{run, both, 3, "echo one\n"}, {run, both, 7, "echo two\ncat no-such-file\necho three\n"}},
			[]string{"docs/X.md:7: exit status 1\n    echo two\n", "printed:\n    two\n", "X.md:8: exit code 1"}},
		"in a pipe":      {[]step{{run, both, 3, "false | true\n"}}, []string{"docs/X.md:3: exit status 1\n"}},
		"no variable":    {[]step{{run, both, 3, "\necho $nothing\n"}}, []string{"docs/X.md:3: exit status 1\n", "X.md: line 4: nothing: unbound variable"}},
		"no shell":       {[]step{{run, both, 3, "\nif\n"}}, []string{"docs/X.md:3: exit status 2\n", "X.md: line 5: syntax error"}},
		"the shell ends": {[]step{{run, both, 3, "exit 0\n"}, {run, both, 9, "ls\n"}}, []string{"docs/X.md:3: the block ended the shell\n"}},
		"no file":        {[]step{{run, both, 3, "rmdir $PWD\n"}, {file, "x", 9, "y\n"}}, []string{"docs/X.md:9: exit status 1\n"}},
		"another output": {[]step{{run, both, 3, "echo one\n"}, {output, "", 7, "two\n"}},
			[]string{"docs/X.md:7: line 1 of the output is not what was printed: \"two\"\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := newSession(t).carryOut(test.steps)
			if failure := new(stop); !errors.As(err, &failure) {
				t.Fatalf("%v", err)
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("no %q in:\n%v", part, err)
				}
			}
		})
	}
}

func TestSessionEndsInTime(t *testing.T) {
	s := newSession(t)
	s.timeout = 200 * time.Millisecond
	began := time.Now()
	err := s.carryOut([]step{{run, both, 3, "echo one\nsleep 600\n"}})
	if err == nil || !strings.Contains(err.Error(), "docs/X.md:3: not done after 200ms\n") || time.Since(began) > 30*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

func TestCompare(t *testing.T) {
	for _, test := range []struct{ shown, printed, want string }{
		{"a\nb\n", "a  \nb", ""},
		{"…\nb\n…\nd\n", "a\nb\nc\nb\nd\n", ""},
		{"a\n…\n", "a\n", ""},
		{"valid until 2026-01-01, in 3 days", "valid until 2027-11-24, in 364 days", ""},
		{strings.Repeat("ab:", 31) + "ab", strings.Repeat("01:", 31) + "FF", ""},
		{strings.Repeat("a", 64), strings.Repeat("b", 64), ""},
		{"a\n", "a\nb\n", "more was printed than the 1 lines"},
		{"a\nb\n", "a\n", `line 2 of the output is not what was printed: "b"`},
		{"…\nx\n", "a\nb\n", "not printed after line 1"},
		{"2 days", "2 weeks", "line 1"},
	} {
		if got := compare(test.shown, test.printed); !strings.HasPrefix(got, test.want) || (got == "") != (test.want == "") {
			t.Errorf("%q and %q: %q, want %q", test.shown, test.printed, got, test.want)
		}
	}
}
