package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// pipeThrough runs another post-renderer behind ours, since Helm takes only one: CMD ARG…, parted
// by blanks, without a shell. It reads what we made and has to read all of it; what it prints is
// the result when it ends well and prints anything (Helm takes nothing for an empty release). A
// signal that reaches us is handed on.
func (p *program) pipeThrough(command string, made io.WriterTo) ([]byte, error) {
	words := strings.Fields(command)
	if len(words) == 0 {
		return nil, &hinted{what: "--pipe is empty", hint: "name a program: --pipe='kustomize-as-post-renderer'"}
	}
	stdin, feed, err := os.Pipe()
	if err != nil {
		return nil, &hinted{what: "--pipe", err: err}
	}
	defer func() { _ = stdin.Close() }() // only read from
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	var out bytes.Buffer
	said := &lastLine{to: p.Stderr}
	var got os.Signal
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, said
	cmd.Cancel = func() error { return cmd.Process.Signal(got) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		_ = feed.Close() // nothing was fed
		return nil, &hinted{what: fmt.Sprintf("--pipe: cannot start %q", words[0]), err: errors.Unwrap(err), hint: "name a program that is in PATH, or its path"}
	}
	fed := make(chan error, 1)
	go func() {
		_, err := made.WriteTo(feed)
		fed <- errors.Join(err, feed.Close())
	}()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err = <-ended:
	case got = <-signals:
		cancel()
		err = <-ended
	}
	unread, drained := io.Copy(io.Discard, stdin) // so that feeding ends
	if err := errors.Join(drained, <-fed); err != nil {
		return nil, &hinted{what: "--pipe: " + words[0], err: err}
	}
	switch {
	case err != nil:
		return nil, &hinted{what: fmt.Sprintf("--pipe: %s failed", words[0]), err: said.after(err), hint: pipeHint(command)}
	case unread > 0:
		return nil, &hinted{what: fmt.Sprintf("--pipe: %s did not read all of the manifests", words[0]), hint: "it has to read them from stdin and to print them"}
	case len(bytes.TrimSpace(out.Bytes())) == 0:
		return nil, &hinted{what: fmt.Sprintf("--pipe: %s printed nothing", words[0]), hint: "it has to print all manifests: Helm would take nothing for an empty release"}
	}
	return out.Bytes(), nil
}

// pipeHint tells of words that only a shell understands.
func pipeHint(command string) string {
	if strings.ContainsAny(command, "|<>;&$\"'`") {
		return "it is run without a shell: put the line into a script, and name that"
	}
	return "nothing was written"
}

// lastLine hands on what a program says, and keeps the last line of it: Helm may show only what we
// say ourselves.
type lastLine struct {
	to   io.Writer
	text []byte
}

func (l *lastLine) Write(p []byte) (int, error) {
	const most = 4096
	l.text = append(l.text, p...)
	l.text = l.text[max(0, len(l.text)-most):]
	return l.to.Write(p)
}

// after is an error with the last line behind it.
func (l *lastLine) after(err error) error {
	lines := strings.Split(strings.TrimSpace(string(l.text)), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return fmt.Errorf("%w: %s", err, last)
	}
	return err
}
