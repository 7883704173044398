package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aymanbagabas/go-udiff"
	"go.yaml.in/yaml/v3"

	"helm-runnertrust/fixtures"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust/trusttest/golden"
)

// fixturesNow is the time of every fixture run: the certificates in fixtures/certs are made for it.
var fixturesNow = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

const fixturesDir = "../fixtures"

// TestAccept runs every accepted case: it has to give the output and the messages. What the output
// has new is strict YAML, and filtering it again changes nothing.
func TestAccept(t *testing.T) {
	eachCase(t, fixtures.Accept, func(t *testing.T, c *fixtures.Case) {
		run := runCase(c, c.Input(t))
		if run.code != exitDone {
			t.Fatalf("exit code %d: %s", run.code, run.stderr)
		}
		if golden.Updating() {
			recordOutput(t, c, run.stdout)
			c.Messages = run.messages()
		}
		if want := c.Output(t); run.stdout != want {
			t.Errorf("-update records it:\n%s", udiff.Unified("want", "got", want, run.stdout))
		}
		checkMessages(t, c, run)
		before := yamlFaults(c.Input(t))
		for _, fault := range yamlFaults(run.stdout) {
			if !slices.Contains(before, fault) {
				t.Errorf("the output has a fault that the input has not: %s", fault)
			}
		}
		if again := runCase(c, run.stdout); again.stdout != run.stdout {
			t.Errorf("a second run changes the output:\n%s", udiff.Unified("first", "second", run.stdout, again.stdout))
		}
	})
}

// TestRefuse runs every refused case: it has to fail with the messages, and to write nothing.
func TestRefuse(t *testing.T) {
	eachCase(t, fixtures.Refuse, func(t *testing.T, c *fixtures.Case) {
		run := runCase(c, c.Input(t))
		if run.code != exitError || run.stdout != "" {
			t.Errorf("exit code %d, want %d; stdout has %q", run.code, exitError, run.stdout)
		}
		if !strings.HasPrefix(run.stderr, "runnertrust: error: ") {
			t.Errorf("stderr begins with %q", run.stderr)
		}
		if golden.Updating() {
			c.Messages = run.messages()
		}
		checkMessages(t, c, run)
	})
}

// eachCase checks the cases of a kind, and writes their archives where they are to be updated: one
// after the other then, as some start from the output of others.
func eachCase(t *testing.T, kind string, check func(*testing.T, *fixtures.Case)) {
	t.Helper()
	for _, c := range fixtures.All(t, kind) {
		t.Run(c.Name, func(t *testing.T) {
			if !golden.Updating() {
				t.Parallel()
			}
			check(t, c)
		})
	}
	if golden.Updating() {
		writeCases(t, kind)
	}
}

// A caseRun is what a run of a case leaves behind.
type caseRun struct {
	stdout, stderr string
	code           int
	reported       []message // those that have a code
}

// runCase runs a case on a stream, as Helm would have it done.
func runCase(c *fixtures.Case, stream string, more ...string) caseRun {
	var stdout, stderr bytes.Buffer
	code, print := run(fixtureProcess(append(argsOf(c), more...), stream, &stdout, &stderr))
	return caseRun{stdout.String(), portable(stderr.String()), code, withCodes(print)}
}

// messages are the kinds, codes and objects of what was reported.
func (r caseRun) messages() (all []string) {
	for _, n := range r.reported {
		all = append(all, strings.TrimSpace(n.kind+" "+string(n.Code)+" "+n.object))
	}
	return all
}

func checkMessages(t *testing.T, c *fixtures.Case, run caseRun) {
	t.Helper()
	if got := run.messages(); !slices.Equal(got, c.Messages) {
		t.Errorf("messages %q, want %q; -update records them:\n%s", got, c.Messages, run.stderr)
	}
}

// argsOf are the arguments with the paths of their files.
func argsOf(c *fixtures.Case) (args []string) {
	paths := strings.NewReplacer("certs/", fixturesDir+"/certs/", "made/", madeDir+"/")
	for _, arg := range c.Args {
		args = append(args, paths.Replace(arg))
	}
	return args
}

// portable is a text with the paths as cases have them.
func portable(text string) string {
	return strings.NewReplacer(madeDir+"/", "made/", fixturesDir+"/", "").Replace(text)
}

var lineNumber = regexp.MustCompile(`line \d+`)

// yamlFaults are why documents of a stream are no strict YAML.
func yamlFaults(stream string) (faults []string) {
	for _, doc := range yamledit.Split([]byte(stream)).Documents {
		decoder := yaml.NewDecoder(bytes.NewReader(doc.Text))
		var value any
		if err := decoder.Decode(&value); err != nil && !errors.Is(err, io.EOF) {
			faults = append(faults, lineNumber.ReplaceAllString(err.Error(), "line"))
		}
	}
	return faults
}

// TestMessages holds the texts of what cases report, each that is worded differently once: words in
// quotes, names and numbers aside.
func TestMessages(t *testing.T) {
	var text strings.Builder
	seen := map[string]bool{}
	add := func(title, message string, c *fixtures.Case) {
		shape := title + strings.Join(strings.Fields(names.ReplaceAllString(message, "")), " ")
		if !seen[shape] {
			seen[shape] = true
			fmt.Fprintf(&text, "-- %s (%s) --\n%s\n", title, c, strings.TrimSuffix(portable(message), "\n"))
		}
	}
	for _, kind := range []string{fixtures.Accept, fixtures.Refuse, fixtures.Verify} {
		for _, c := range fixtures.All(t, kind) {
			run := runCase(c, c.Input(t))
			for _, n := range run.reported {
				add(n.kind+" "+string(n.Code), strings.TrimSuffix(n.Message.Message+"\nhint: "+n.Hint, "\nhint: "), c)
			}
			if kind == fixtures.Verify {
				add("output", run.stdout, c)
			}
		}
	}
	golden.Compare(t, filepath.Join(fixturesDir, "messages.txt"), text.String())
}

var names = regexp.MustCompile(`"[^"]*"|\S*(?:/|\.example\.)\S*|document \d+ |\(gitlab-runner[^)]*\)|CN=[^"]*|\d+`)

func fixtureProcess(args []string, stream string, stdout, stderr io.Writer) Process {
	return Process{
		Args:   args,
		Env:    func(string) string { return "" },
		Stdin:  strings.NewReader(stream),
		Stdout: stdout,
		Stderr: stderr,
		Now:    fixturesNow,
	}
}

// fixtureText is the input or the output of a case, as in accept/current/output.yaml.
func fixtureText(t testing.TB, path string) string {
	t.Helper()
	if name, isOutput := strings.CutSuffix(path, "/output.yaml"); isOutput {
		return fixtures.Output(t, name)
	}
	return fixtures.Input(t, strings.TrimSuffix(path, "/input.yaml"))
}

// fixtureFile is a file with that text.
func fixtureFile(t testing.TB, path string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "manifests.yaml")
	if err := os.WriteFile(file, []byte(fixtureText(t, path)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
