package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"helm-runnertrust/fixtures"
)

// script makes a program of shell lines.
func script(t *testing.T, lines string) string {
	t.Helper()
	return writeProgram(t, "script", lines+"\n")
}

func pipedRun(t *testing.T, command string) (stdout, stderr string, code int) {
	t.Helper()
	return pipedInput(t, fixtures.Input(t, "accept/umbrella"), command)
}

func pipedInput(t *testing.T, input, command string, flags ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, messages bytes.Buffer
	code = Run(Process{
		Args:  append(flags, "--cert="+fixturesDir+"/certs/ca.crt", "--pipe="+command),
		Env:   func(string) string { return "" },
		Stdin: strings.NewReader(input), Stdout: &out, Stderr: &messages, Now: fixturesNow,
		Grace: 100 * time.Millisecond,
	})
	return out.String(), messages.String(), code
}

func TestPipe(t *testing.T) {
	want := fixtures.Output(t, "accept/umbrella")
	out, stderr, code := pipedRun(t, script(t, `echo "# $*"; cat; echo said >&2`)+" a  b;c")
	if code != exitDone || out != "# a b;c\n"+want || !strings.Contains(stderr, "said\n") {
		t.Errorf("exit code %d, stderr %q, stdout\n%s", code, stderr, out)
	}
}

func TestPipeRefuses(t *testing.T) {
	const shell, nothing = "it is run without a shell", "nothing was written"
	for name, c := range map[string]struct{ command, says, hint string }{
		"not there":          {"/no/such/program", `cannot start /no/such/program: no such file`, "in PATH"},
		"not in PATH":        {"no-such-program", "cannot start no-such-program: executable file not found", "in PATH"},
		"no program":         {fixturesDir + "/certs/ca.crt", "cannot start " + fixturesDir + "/certs/ca.crt: permission denied", "in PATH"},
		"empty":              {" ", "--pipe is empty", "name a program"},
		"half and fails":     {script(t, "head -c 100; exit 3"), "failed: exit status 3\n", nothing},
		"for a shell":        {script(t, "cat; exit 3") + " | cat", "failed: exit status 3\n", shell},
		"says why":           {script(t, "cat; echo first >&2; echo last >&2; echo >&2; exit 3"), "failed: exit status 3: last\n", nothing},
		"prints nothing":     {script(t, "cat >/dev/null"), "printed no object", "empty release"},
		"only blanks":        {script(t, "cat >/dev/null; echo; echo"), "printed no object", "empty release"},
		"only comments":      {script(t, "cat >/dev/null; echo '# nothing'; echo ---; echo; echo ' # here'; echo ...; echo --- '# or here'"), "printed no object", "empty release"},
		"never reads":        {script(t, "echo kind: Pod"), "did not read all", "from stdin"},
		"does not read all":  {script(t, "head -c 10"), "did not read all", "from stdin"},
		"is ended by signal": {script(t, "cat >/dev/null; kill -TERM $$"), "failed: signal: terminated", nothing},
		"leaves one behind":  {script(t, "cat; sleep 20 &"), "ended, but a program that it started keeps its output open", ">/dev/null 2>&1"},
		"steers a terminal":  {script(t, `cat; printf 'a\rwas \033[2J\233 here' >&2; exit 1`), `failed: exit status 1: was \x1b[2J` + "\ufffd" + ` here` + "\n", nothing},
		"says a password":    {script(t, "cat; echo no https://me:sword/fish@gitlab.test/x >&2; exit 3"), "failed: exit status 3: no https://***@gitlab.test/x\n", nothing},
		"is cut inside one":  {script(t, `cat; printf 'https://me:%0300d@gitlab.test' 0 >&2; exit 1`), "failed: exit status 1: https://***@gitlab.test\n", nothing},
		"says a lot":         {script(t, `cat; printf '%09000d' 0 >&2; exit 1`), "failed: exit status 1: " + strings.Repeat("0", 200), nothing},
	} {
		t.Run(name, func(t *testing.T) {
			out, stderr, code := pipedRun(t, c.command)
			_, own, _ := strings.Cut(stderr, "runnertrust: error: ")
			if code != exitError || out != "" || !strings.Contains(own, c.says) || !strings.Contains(own, "runnertrust: hint: ") || !strings.Contains(own, c.hint) {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, out, stderr)
			}
		})
	}
}

// TestPipeOfNothing: what has no objects has none behind another program either.
func TestPipeOfNothing(t *testing.T) {
	for _, input := range []string{"", "\n", "# only this\n", "---\n# and this\n---\n"} {
		want, says, _ := call(t, input, nil, "--allow-no-runner")
		out, stderr, code := pipedInput(t, input, "cat", "--allow-no-runner")
		if code != exitDone || out != input || out != want || stderr != says {
			t.Errorf("%q: exit code %d, %q, want %q, %s", input, code, out, want, stderr)
		}
	}
}

// TestPipeSignals ends the built program while the other one works, which has to hear of it, and is
// free to end as it likes.
func TestPipeSignals(t *testing.T) {
	binary := builtProgram(t)
	for name, sent := range map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "QUIT": syscall.SIGQUIT} {
		for _, exit := range []string{"0", "3"} {
			t.Run(name+" "+exit, func(t *testing.T) {
				heed(t, sent)
				heard := filepath.Join(t.TempDir(), "heard")
				started := heard + ".started"
				other := script(t, `trap 'echo yes >`+heard+`; exit `+exit+`' `+name+`; cat; echo >`+started+`; while :; do sleep 0.05; done`)
				cmd := exec.Command(binary, "--force", "--cert="+fixturesDir+"/certs/ca.crt", "--pipe="+other)
				var out, stderr bytes.Buffer
				cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(fixtures.Input(t, "accept/current")), &out, &stderr
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				waitFor(t, started)
				if err := cmd.Process.Signal(sent); err != nil {
					t.Fatal(err)
				}
				err := cmd.Wait()
				said := "failed: it was stopped by a signal (" + sent.String() + ")"
				if exit != "0" {
					said += ", exit status 3"
				}
				if cmd.ProcessState.ExitCode() != exitError || out.Len() > 0 || !strings.Contains(stderr.String(), said+"\n") || strings.Contains(stderr.String(), "goroutine") {
					t.Errorf("it ended with %v, printed %q and said %s", err, &out, &stderr)
				}
				if got := readFile(t, heard); got != "yes\n" {
					t.Errorf("the other program heard %q", got)
				}
			})
		}
	}
}

// TestPipeDeaf kills a program that takes no notice of a signal, when its time is over.
func TestPipeDeaf(t *testing.T) {
	started := filepath.Join(t.TempDir(), "started")
	other := script(t, `trap '' TERM; cat; echo >`+started+`; while :; do sleep 0.05; done`)
	go func() {
		waitFor(t, started)
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			t.Error(err)
		}
	}()
	out, stderr, code := pipedRun(t, other)
	if code != exitError || out != "" || !strings.Contains(stderr, "failed: it was stopped by a signal (terminated), signal: killed\n") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, out, stderr)
	}
}

// TestPipeIgnored: a signal that is ignored, as nohup wants it, ends neither program.
func TestPipeIgnored(t *testing.T) {
	started := filepath.Join(t.TempDir(), "started")
	cmd := exec.Command("sh", "-c", `trap '' HUP; exec "$@"`, "sh", builtProgram(t), "--force", "--cert="+fixturesDir+"/certs/ca.crt",
		"--pipe="+script(t, `cat; echo >`+started+`; while test -e `+started+`; do sleep 0.05; done`))
	var out, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(fixtures.Input(t, "accept/current")), &out, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, started)
	if err := errors.Join(cmd.Process.Signal(syscall.SIGHUP), os.Remove(started)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || out.Len() == 0 {
		t.Errorf("it ended with %v, printed %q and said %s", err, &out, &stderr)
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
	t.Errorf("%s did not come", path)
}
