package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"helm-runnertrust/render"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// defaultGrace is how long the program of --pipe may take to end after a signal, and its output to
// be closed after its end.
const defaultGrace = 5 * time.Second

// pipeThrough runs another post-renderer behind ours, since Helm takes only one: CMD ARG…, parted
// by blanks, without a shell. It reads what we made and has to read all of it; what it prints is
// the result when it ends well and has any objects (Helm takes nothing for an empty release), which
// it need not have where there were none.
func (p *program) pipeThrough(command string, made *render.Result) ([]byte, error) {
	words := strings.Fields(command)
	if len(words) == 0 {
		return nil, &hinted{what: "--pipe is empty", hint: "name a program: --pipe='kustomize-as-post-renderer'"}
	}
	name := trust.Printable(words[0])
	said := &lastLine{to: p.Stderr}
	out, unread, err := p.runPiped(words, made, said)
	switch silent := (*exec.Error)(nil); {
	case errors.As(err, &silent):
		return nil, &hinted{what: "--pipe: cannot start " + name, err: silent.Err,
			hint: cmp.Or(unexpanded("pipe", "", shownCommand(command)), "name a program that is in PATH, or its path")}
	case errors.Is(err, exec.ErrWaitDelay):
		return nil, &hinted{what: fmt.Sprintf("--pipe: %s ended, but a program that it started keeps its output open", name),
			hint: "more may come from there: let it wait for that program, or start that one with >/dev/null 2>&1"}
	case err != nil:
		return nil, &hinted{what: fmt.Sprintf("--pipe: %s failed", name), err: said.after(err), hint: pipeHint(command)}
	case unread > 0:
		return nil, &hinted{what: fmt.Sprintf("--pipe: %s did not read all of the manifests", name), hint: "it has to read them from stdin and to print them"}
	case isBlank(out) && !isBlank(made.Bytes()):
		return nil, &hinted{what: fmt.Sprintf("--pipe: %s printed no object", name), hint: "it has to print all manifests: Helm would take nothing for an empty release"}
	}
	return out, nil
}

// runPiped runs a program with what we made on its stdin, and returns what it printed and how many
// bytes it left unread. A signal that reaches us is handed on, and makes an error of any end.
func (p *program) runPiped(words []string, made io.WriterTo, said io.Writer) (printed []byte, unread int64, err error) {
	stdin, feed, err := os.Pipe()
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = stdin.Close() }() // only read from
	signals := make(chan os.Signal, 1)
	// A signal that is ignored, as nohup wants it, stays so for the program too.
	if heard := slices.DeleteFunc(slices.Clone(handedOn), signal.Ignored); len(heard) > 0 {
		signal.Notify(signals, heard...)
		defer signal.Stop(signals)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	var out bytes.Buffer
	var got os.Signal
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, said
	cmd.Cancel = func() error { return cmd.Process.Signal(got) }
	cmd.WaitDelay = cmp.Or(p.Grace, defaultGrace)
	if err := cmd.Start(); err != nil {
		_ = feed.Close() // nothing was fed
		return nil, 0, cannotStart(words[0], err)
	}
	fed, ended := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := made.WriteTo(feed)
		fed <- errors.Join(err, feed.Close())
	}()
	go func() { ended <- cmd.Wait() }()
	select {
	case err = <-ended:
	case got = <-signals:
		cancel()
		err = stopped{got, <-ended}
	}
	unread, drained := io.Copy(io.Discard, stdin) // so that feeding ends
	return out.Bytes(), unread, cmp.Or(err, drained, <-fed)
}

// cannotStart is an [exec.Error] of whatever kept a program from starting.
func cannotStart(name string, err error) error {
	if inside := (*exec.Error)(nil); errors.As(err, &inside) {
		return err
	}
	return &exec.Error{Name: name, Err: withoutPath(err)}
}

// stopped is the end of a program after a signal was handed on to it.
type stopped struct {
	signal os.Signal
	end    error
}

func (s stopped) Error() string {
	text := fmt.Sprintf("it was stopped by a signal (%s)", s.signal)
	if exit := (*exec.ExitError)(nil); errors.As(s.end, &exit) && !strings.HasPrefix(exit.Error(), "signal: "+s.signal.String()) {
		text += ", " + exit.Error() // "signal: killed" where it took no notice
	}
	return text
}

// isBlank reports whether a stream has only comments, space and markers.
func isBlank(stream []byte) bool {
	return !slices.ContainsFunc(yamledit.Split(stream).Documents, func(d *yamledit.Document) bool { return !d.IsBlank() })
}

// shownCommand is the command of a --pipe as messages have it: its arguments may hold a password.
func shownCommand(command string) string {
	if words := strings.Fields(command); len(words) > 1 {
		return words[0] + " ..."
	}
	return command
}

var pipeInArgument = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)(?:^-?|--)pipe[ =](.*)`) })

// cutPipe finds a --pipe in one argument: all that stands behind it is its command.
func cutPipe(arg string) (before, command string, found bool) {
	at := pipeInArgument().FindStringSubmatchIndex(arg)
	if at == nil {
		return arg, "", false
	}
	return strings.TrimRight(arg[:at[0]], " ,"), strings.TrimSpace(arg[at[2]:]), true
}

// withoutCommands are arguments without those of the command of --pipe.
func withoutCommands(args []string) []string {
	args = slices.Clone(args)
	for i, arg := range args {
		if command, found := strings.CutPrefix(arg, "--pipe="); found {
			args[i] = "--pipe=" + shownCommand(command)
		} else if i > 0 && args[i-1] == "--pipe" {
			args[i] = shownCommand(arg)
		}
	}
	return args
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

// after is an error with the last line behind it, which is cut short and shown without what would
// steer a terminal.
func (l *lastLine) after(err error) error {
	const most = 200
	text := strings.TrimSpace(strings.ToValidUTF8(string(l.text), "\ufffd"))
	line := []rune(withoutUsers(strings.TrimSpace(text[strings.LastIndexAny(text, "\n\r")+1:])))
	switch {
	case len(line) == 0:
		return err
	case len(line) > most:
		line = append(line[:most:most], '…')
	}
	return fmt.Errorf("%w: %s", err, trust.Printable(string(line)))
}
