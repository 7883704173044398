package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust/trusttest/golden"
)

// fixturesNow is the time of every fixture run: the certificates in fixtures/certs are made for it.
var fixturesNow = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

const fixturesDir = "../fixtures"

// TestAccept runs every folder of fixtures/accept: input.yaml (or the output of the case that
// input.from names) with the flags in args has to give output.yaml, and the messages in stderr.txt.
// Filtering the output again has to change nothing.
func TestAccept(t *testing.T) {
	for _, name := range fixtureCases(t, "accept") {
		t.Run(name, func(t *testing.T) {
			c := readFixture(t, "accept", name)
			stdout, stderr, code := c.run(t, c.input)
			if code != exitDone {
				t.Fatalf("exit code %d: %s", code, stderr)
			}
			c.compare(t, "output.yaml", stdout)
			c.compare(t, "stderr.txt", stderr)
			again, _, _ := c.run(t, stdout)
			if again != stdout {
				t.Errorf("a second run changes the output to:\n%s", again)
			}
		})
	}
}

// TestReject runs every folder of fixtures/reject: it has to fail with the messages in error.txt,
// and to write nothing.
func TestReject(t *testing.T) {
	for _, name := range fixtureCases(t, "reject") {
		t.Run(name, func(t *testing.T) {
			c := readFixture(t, "reject", name)
			stdout, stderr, code := c.run(t, c.input)
			if code != exitError {
				t.Errorf("exit code %d, want %d", code, exitError)
			}
			if stdout != "" {
				t.Errorf("stdout has %q", stdout)
			}
			if !strings.HasPrefix(stderr, "runnertrust: error: ") {
				t.Errorf("stderr begins with %q", stderr)
			}
			c.compare(t, "error.txt", stderr)
		})
	}
}

// A fixture is one case on disk.
type fixture struct {
	folder string
	input  string
	args   []string
}

// fixtureCases lists the folders of a kind; there have to be some.
func fixtureCases(t *testing.T, kind string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(fixturesDir, kind))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	if len(names) == 0 {
		t.Fatalf("no cases in fixtures/%s", kind)
	}
	// Those that start from the output of another case come after it.
	slices.SortStableFunc(names, func(a, b string) int { return fromOther(kind, a) - fromOther(kind, b) })
	return names
}

// TestCasesAreTold holds that fixtures/README.md has a row for each case, and none for others.
func TestCasesAreTold(t *testing.T) {
	page := readFile(t, filepath.Join(fixturesDir, "README.md"))
	for kind, heading := range map[string]string{"accept": "Accepted", "reject": "Refused", "verify": "Verified"} {
		_, section, _ := strings.Cut(page, "\n## "+heading+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		var told []string
		for line := range strings.Lines(section) {
			if cells := tableRow(line); len(cells) > 0 && cells[0] != "case" {
				told = append(told, strings.Split(cells[0], ", ")...)
			}
		}
		cases := fixtureCases(t, kind)
		for _, name := range cases {
			if !slices.Contains(told, name) {
				t.Errorf("%s: no row for %s", heading, name)
			}
		}
		for i, name := range told {
			if !slices.Contains(cases, name) || slices.Contains(told[:i], name) {
				t.Errorf("%s: a row for %s, which is no case, or has one", heading, name)
			}
		}
	}
}

func fromOther(kind, name string) int {
	if _, err := os.Stat(filepath.Join(fixturesDir, kind, name, "input.from")); err != nil {
		return 0
	}
	return 1
}

func readFixture(t *testing.T, kind, name string) fixture {
	t.Helper()
	c := fixture{folder: filepath.Join(fixturesDir, kind, name)}
	input := filepath.Join(c.folder, "input.yaml")
	if from, err := os.ReadFile(filepath.Join(c.folder, "input.from")); err == nil {
		input = filepath.Join(fixturesDir, "accept", strings.TrimSpace(string(from)), "output.yaml")
	}
	c.input = readFile(t, input)
	c.args = readArgs(t, c.folder)
	return c
}

// readArgs reads the command line of a case, an argument a line.
func readArgs(t *testing.T, folder string) (args []string) {
	t.Helper()
	for line := range strings.Lines(readFile(t, filepath.Join(folder, "args"))) {
		args = append(args, strings.TrimRight(line, "\n"))
	}
	return args
}

// inFixtures leads the paths of arguments into the folder of the fixtures, and to the files that
// are made for them.
var inFixtures = strings.NewReplacer("certs/", fixturesDir+"/certs/",
	"accept/", fixturesDir+"/accept/", "reject/", fixturesDir+"/reject/", "verify/", fixturesDir+"/verify/")

// paths are the arguments with the paths of their files.
func (c fixture) paths() (args []string) {
	for _, arg := range c.args {
		args = append(args, strings.ReplaceAll(inFixtures.Replace(arg), "made/", madeDir+"/"))
	}
	return args
}

// run filters a stream as Helm would have it done, in the folder of the fixtures, with the files
// that makeFiles makes.
func (c fixture) run(t *testing.T, stream string) (stdout, stderr string, code int) {
	t.Helper()
	args := c.paths()
	var out, messages bytes.Buffer
	code = Run(fixtureProcess(args, stream, &out, &messages))
	said := strings.ReplaceAll(messages.String(), madeDir+"/", "made/")
	return out.String(), strings.ReplaceAll(said, fixturesDir+"/", ""), code
}

func fixtureProcess(args []string, stream string, stdout, stderr io.Writer) Process {
	return Process{
		Args:   args,
		Env:    func(string) (string, bool) { return "", false },
		Stdin:  strings.NewReader(stream),
		Stdout: stdout,
		Stderr: stderr,
		Now:    fixturesNow,
	}
}

// compare holds got against an expected file of the case.
func (c fixture) compare(t *testing.T, name, got string) {
	t.Helper()
	golden.Compare(t, filepath.Join(c.folder, name), got)
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
