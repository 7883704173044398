package matrix

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// command is one run of a program, in an environment of its own.
type command struct {
	program  string
	args     []string
	env      []string // all of it
	dir      string   // working directory; the test's own when empty
	stdin    string
	patience time.Duration // the program is killed after it; 0: a minute
}

// outcome is what a program said and how it ended: -1 if it had to be killed.
type outcome struct {
	stdout, stderr string
	code           int
}

// run fails the test when the program cannot be started, as when it is missing.
func (c command) run(t *testing.T) outcome {
	t.Helper()
	patience := c.patience
	if patience == 0 {
		patience = time.Minute
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.program, c.args...)
	cmd.Env, cmd.Dir, cmd.Stdin = c.env, c.dir, strings.NewReader(c.stdin)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	// git leaves the connection to a child, which has to end with it.
	killWithChildren(cmd)
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && ctx.Err() == nil {
		t.Fatalf("%s: %v", c.program, err)
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// runnertrust runs the program under test with these variables and no others.
func runnertrust(t *testing.T, env []string, args ...string) outcome {
	t.Helper()
	return command{program: program, args: args, env: env}.run(t)
}

// client returns the path of a program of this machine; without it there is
// nothing to test with.
func client(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// isolated is the environment of git and curl: a home with nothing in it, no
// certificates and no proxy from outside, and messages in English.
func isolated(home string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "LC_ALL=C"}
}

const errorMark, hintMark = "runnertrust: error: ", "runnertrust: hint: "

// complaint fails the test unless stderr holds errors and nothing else, each
// with a hint on the line after it. It returns the text of the first error.
func complaint(t *testing.T, stderr string) string {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
	for i, line := range lines {
		mark := errorMark
		if i%2 == 1 {
			mark = hintMark
		}
		if said, found := strings.CutPrefix(line, mark); !found || said == "" || i == len(lines)-1 && mark == errorMark {
			t.Errorf("not pairs of error and hint:\n%s", stderr)
			break
		}
	}
	return strings.TrimPrefix(lines[0], errorMark)
}

// entries fails the test unless the folder has these entries and no others.
func entries(t *testing.T, folder string, want ...string) {
	t.Helper()
	found, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range found {
		names = append(names, entry.Name())
	}
	if !slices.Equal(names, want) {
		t.Errorf("the folder has %q, want %q", names, want)
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
