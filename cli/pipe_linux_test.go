package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// script makes a program of shell lines.
func script(t *testing.T, lines string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+lines+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func pipedRun(t *testing.T, command string) (stdout, stderr string, code int) {
	t.Helper()
	var out, messages bytes.Buffer
	code = Run(Process{
		Args:  []string{"--cert=" + fixturesDir + "/certs/ca.crt", "--pipe=" + command},
		Env:   func(string) (string, bool) { return "", false },
		Stdin: strings.NewReader(readFile(t, fixturesDir+"/accept/umbrella/input.yaml")), Stdout: &out, Stderr: &messages, Now: fixturesNow,
	})
	return out.String(), messages.String(), code
}

func TestPipe(t *testing.T) {
	want := readFile(t, fixturesDir+"/accept/umbrella/output.yaml")
	out, stderr, code := pipedRun(t, script(t, `echo "# $*"; cat; echo said >&2`)+" a  b;c")
	if code != exitDone || out != "# a b;c\n"+want || !strings.Contains(stderr, "said\n") {
		t.Errorf("exit code %d, stderr %q, stdout\n%s", code, stderr, out)
	}
}

func TestPipeRefuses(t *testing.T) {
	for name, c := range map[string]struct{ command, says string }{
		"not there":          {"/no/such/program", "cannot start"},
		"empty":              {" ", "--pipe is empty"},
		"half and fails":     {script(t, "head -c 100; exit 3"), "exit status 3"},
		"prints nothing":     {script(t, "cat >/dev/null"), "printed nothing"},
		"only blanks":        {script(t, "cat >/dev/null; echo; echo"), "printed nothing"},
		"never reads":        {script(t, "echo kind: Pod"), "did not read all"},
		"does not read all":  {script(t, "head -c 10"), "did not read all"},
		"is ended by signal": {script(t, "cat >/dev/null; kill -TERM $$"), "terminated"},
	} {
		t.Run(name, func(t *testing.T) {
			out, stderr, code := pipedRun(t, c.command)
			if code != exitError || out != "" || !strings.Contains(stderr, c.says) {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, out, stderr)
			}
		})
	}
}

// TestPipeSignal ends the built program while the other one works, which has to hear of it.
func TestPipeSignal(t *testing.T) {
	heard := filepath.Join(t.TempDir(), "heard")
	started := heard + ".started"
	other := script(t, `trap 'echo yes >`+heard+`; exit 1' TERM; cat >/dev/null; echo >`+started+`; while :; do sleep 0.05; done`)
	cmd := exec.Command(goBuild(t, ".."), "--force", "--cert="+fixturesDir+"/certs/ca.crt", "--pipe="+other)
	cmd.Stdin = strings.NewReader(readFile(t, fixturesDir+"/accept/current/input.yaml"))
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, started)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || out.Len() > 0 {
		t.Errorf("it ended with %v and printed %q", err, &out)
	}
	if got := readFile(t, heard); got != "yes\n" {
		t.Errorf("the other program heard %q", got)
	}
}

// waitFor waits for a file, for ten seconds at most.
func waitFor(t *testing.T, path string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
	}
	t.Fatalf("%s did not come", path)
}
