//go:build unix

package documents

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A session is one bash that carries out the steps of a document one after
// the other, so that variables and the working directory carry over.
type session struct {
	document string // its path, as the messages name it
	folder   string // empty; the session's working directory is below it
	env      []string
	timeout  time.Duration
}

// A stop is a step that failed. The block's own text and the last of what it
// printed follow the place.
type stop struct {
	place  string // document:line of the step
	reason string
	block  string
	output string
}

func (s *stop) Error() string {
	const lines = 40
	printed := strings.Split(strings.TrimRight(s.output, "\n"), "\n")
	return fmt.Sprintf("%s: %s\n%s\nprinted:\n%s", s.place, s.reason,
		indented(s.block), indented(strings.Join(printed[max(0, len(printed)-lines):], "\n")))
}

func indented(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
}

// carryOut runs the steps; the error is a *stop for the first that fails.
func (s session) carryOut(steps []step) error {
	work := filepath.Join(s.folder, "work")
	if err := os.Mkdir(work, 0o755); err != nil {
		return err
	}
	script, err := s.write(steps)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", script)
	cmd.Dir, cmd.Env = work, s.env
	// What the blocks started ends with them.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	err = cmd.Run()
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // fails when nothing is left
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("not done after %s", s.timeout)
	}
	return s.judge(steps, err)
}

// write writes the script of the session and the texts of its steps, and
// returns the script's path. A block's file has as many lines in front as
// the document has, so that bash names the document's lines.
func (s session) write(steps []step) (string, error) {
	var script strings.Builder
	script.WriteString("set -euo pipefail\n" +
		`trap 'echo "${BASH_SOURCE[0]##*/}:$LINENO: exit code $?" >&2' ERR` + "\n")
	for i, step := range steps {
		folder := s.step(i)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return "", err
		}
		text, source := step.text, filepath.Join(folder, filepath.Base(s.document))
		switch step.kind {
		case run:
			text = strings.Repeat("\n", step.line-1) + text
			fmt.Fprintf(&script, ". %s >%s 2>&1 </dev/null\n", quoted(source), quoted(filepath.Join(folder, "output")))
		case file:
			name := quoted("./" + step.argument)
			fmt.Fprintf(&script, "mkdir -p \"$(dirname %s)\" && cp %s %s\n", name, quoted(source), name)
		}
		if err := os.WriteFile(source, []byte(text), 0o644); err != nil {
			return "", err
		}
		fmt.Fprintf(&script, ": >%s\n", quoted(filepath.Join(folder, "done")))
	}
	path := filepath.Join(s.folder, "script")
	return path, os.WriteFile(path, []byte(script.String()), 0o644)
}

// judge finds the first step that is not done, or whose output is not the one
// that the document shows.
func (s session) judge(steps []step, err error) error {
	printed := ""
	for i, step := range steps {
		if step.kind == run {
			content, readErr := os.ReadFile(filepath.Join(s.step(i), "output"))
			if readErr != nil {
				content = []byte(readErr.Error())
			}
			printed = string(content)
		}
		reason := ""
		switch _, missing := os.Stat(filepath.Join(s.step(i), "done")); {
		case missing != nil && err == nil:
			reason = "the block ended the shell"
		case missing != nil:
			reason = err.Error()
		case step.kind == output:
			reason = compare(step.text, printed)
		}
		if reason != "" {
			return &stop{fmt.Sprintf("%s:%d", s.document, step.line), reason, step.text, printed}
		}
	}
	return err
}

// step is the folder of the step with an index.
func (s session) step(index int) string {
	return filepath.Join(s.folder, "steps", fmt.Sprint(index))
}

// quoted returns the text as one word of a shell.
func quoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
