package jobs

import (
	"context"
	"errors"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"helm-runnertrust/render"
)

// nobody is the uid, and gid, of jobs that do not run as root.
const nobody = 65534

// job is a run of the script as the runner has it: in front of the user's own script, in one
// shell (gitlab-runner 19.4, shells/bash.go, Finish).
type job struct {
	image  image
	shell  []string
	uid    int
	env    []string // besides PATH and HOME
	before string   // what the shell has run already
	script string   // what the user's script does
}

// outcome is how a job ended, and what it said.
type outcome struct {
	code           int
	stdout, stderr string
	had, env       map[string]string // what programs get from the shell, before the script and after
}

// Texts around the script. They note what a script could change in its shell, and leave a line in
// stdin for the user's script.
const (
	note = `
{ set +o; umask; pwd; trap; printf "%s|" "$#" "$@"; } >/state/shell.$when
set >/state/set.$when
env -0 >/state/env.$when
`
	opening = "cd /builds\nset -- one \"two three\"\nwhen=before\n"
	closing = "\nstatus=$?\nwhen=after\n" + note + `
read -r line
printf "%s %s" "$status" "$line" >/state/end
`
	leftToRead = "for the user"
	ended      = 7 // the exit code of a job that came to its end
)

// run ends the test when the job does not come to its end, and holds what is true of every job:
// the script succeeds, and leaves the shell and stdin as they were.
func (j job) run(t *testing.T) outcome {
	t.Helper()
	text := opening + j.before + note + render.JobsScript() + closing + j.script
	text += "\nexit " + strconv.Itoa(ended)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, j.shell[0], append(slices.Clone(j.shell[1:]), "-c", text)...)
	cmd.Env = append([]string{"PATH=/bin", "HOME=/home"}, j.env...)
	cmd.Dir, cmd.Stdin = "/", strings.NewReader(leftToRead+"\n")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Chroot: string(j.image), Setpgid: true,
		Credential: &syscall.Credential{Uid: uint32(j.uid), Gid: uint32(j.uid)},
	}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	o := outcome{code: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	if o.code != ended {
		t.Fatalf("exit code %d: %s%s", o.code, o.stdout, o.stderr)
	}
	o.had = environment(j.image.read(t, "/state/env.before"))
	o.env = environment(j.image.read(t, "/state/env.after"))
	j.unchanged(t, o)
	return o
}

// unchanged fails the test when a job's shell has anything new but exported variables, or less.
func (j job) unchanged(t *testing.T, o outcome) {
	t.Helper()
	state := func(name string) string { return j.image.read(t, "/state/"+name) }
	if got := state("end"); got != "0 "+leftToRead {
		t.Errorf("status of the script, and the line left in stdin: %q", got)
	}
	if before, after := state("shell.before"), state("shell.after"); before != after {
		t.Errorf("the shell was\n%s\nand is\n%s", before, after)
	}
	names := func(when string) []string {
		return slices.DeleteFunc(setNames(state("set."+when)), in(o.env))
	}
	if before, after := names("before"), names("after"); len(before) == 0 || !slices.Equal(before, after) {
		t.Errorf("the shell had %q, and has %q", before, after)
	}
}

// assigned is a line of what set prints: a variable, or in bash the beginning of a function.
var assigned = regexp.MustCompile(`(?m)^(\w+)(?:=| \(\))`)

// setNames are the names in what set prints, without status, which is this test's own, and what
// bash changes by itself.
func setNames(printed string) []string {
	var names []string
	for _, match := range assigned.FindAllStringSubmatch(printed, -1) {
		if !slices.Contains([]string{"status", "_", "PIPESTATUS", "BASH_ARGC", "BASH_ARGV"}, match[1]) {
			names = append(names, match[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// in reports whether a name is in an environment.
func in(env map[string]string) func(string) bool {
	return func(name string) bool { _, found := env[name]; return found }
}

// environment reads what env -0 prints.
func environment(printed string) map[string]string {
	env := map[string]string{}
	for entry := range strings.SplitSeq(strings.TrimSuffix(printed, "\x00"), "\x00") {
		name, value, _ := strings.Cut(entry, "=")
		env[name] = value
	}
	for _, name := range []string{"_", "when", "status"} { // bash's, and this test's
		delete(env, name)
	}
	return env
}

// said are the lines on stderr, but for those of a trace (set -x).
func (o outcome) said() []string {
	var lines []string
	for line := range strings.Lines(o.stderr) {
		if !strings.HasPrefix(line, "+") {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	return lines
}
