// Package pipe runs another post-renderer behind this one, as Helm takes only one.
package pipe

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/input"
	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// defaultGrace is how long the program of --pipe may take to end after a signal, and its output to
// be closed after its end.
const defaultGrace = 5 * time.Second

// Run runs a command, CMD ARG…, parted by blanks, without a shell. It has to read all of the
// manifests; what it prints is the result if it ends well and prints any object (Helm takes nothing
// for an empty release), which it need not where there were none. After a signal, it has the grace to
// end; 0 is five seconds.
func Run(command string, manifests []byte, stderr io.Writer, grace time.Duration) ([]byte, error) {
	words := strings.Fields(command)
	if len(words) == 0 {
		return nil, &advice.Error{What: "--pipe is empty", Hint: "name a program: --pipe='kustomize-as-post-renderer'"}
	}
	name := trust.PrintableURL(words[0])
	var said strings.Builder
	out, unread, err := run(words, manifests, io.MultiWriter(stderr, &said), cmp.Or(grace, defaultGrace))
	silent, isSilent := errors.AsType[*exec.Error](err)
	switch {
	case isSilent:
		return nil, &advice.Error{What: "--pipe: cannot start " + name, Err: silent.Err,
			Hint: "name a program that is in PATH, or its path"}
	case errors.Is(err, exec.ErrWaitDelay):
		return nil, &advice.Error{What: fmt.Sprintf("--pipe: %s ended, but a program that it started keeps its output open", name),
			Hint: "more may come from there: let it wait for that program, or start that one with >/dev/null 2>&1"}
	case err != nil:
		hint := "nothing was written"
		if strings.ContainsAny(command, "|<>;&$\"'`") { // it may be meant for a shell
			hint = "it is run without a shell: put the line into a script, and name that"
		}
		if last := lastLine(said.String()); last != "" {
			err = fmt.Errorf("%w: %s", err, last)
		}
		return nil, &advice.Error{What: fmt.Sprintf("--pipe: %s failed", name), Err: err, Hint: hint}
	case unread > 0:
		return nil, &advice.Error{What: fmt.Sprintf("--pipe: %s did not read all of the manifests", name), Hint: "it has to read them from stdin and to print them"}
	case isBlank(out) && !isBlank(manifests):
		return nil, &advice.Error{What: fmt.Sprintf("--pipe: %s printed no object", name), Hint: "it has to print all manifests: Helm would take nothing for an empty release"}
	}
	return out, nil
}

// run runs a program with the manifests on its stdin, and returns what it printed and how many
// bytes it left unread. A signal that reaches us makes an error of any end.
func run(words []string, manifests []byte, stderr io.Writer, grace time.Duration) (printed []byte, unread int64, err error) {
	stdin, feed, err := os.Pipe()
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = stdin.Close() }() // only read from
	fed := make(chan error, 1)
	go func() {
		_, err := feed.Write(manifests)
		fed <- errors.Join(err, feed.Close())
	}()
	var out bytes.Buffer
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, stderr
	cmd.WaitDelay = grace
	got, err := Supervise(cmd, grace)
	if got != nil {
		err = stopped(got, err)
	}
	unread, drained := io.Copy(io.Discard, stdin) // so that feeding ends
	return out.Bytes(), unread, cmp.Or(err, drained, <-fed)
}

// stopped is the error of a program after a signal was handed on to it.
func stopped(got os.Signal, end error) error {
	text := fmt.Sprintf("it was stopped by a signal (%s)", got)
	if exit, ok := errors.AsType[*exec.ExitError](end); ok && !strings.HasPrefix(exit.Error(), "signal: "+got.String()) {
		text += ", " + exit.Error() // "signal: killed" where it took no notice
	}
	return errors.New(text)
}

// isBlank reports whether a stream has only comments, space and markers.
func isBlank(stream []byte) bool {
	return !slices.ContainsFunc(yamledit.Split(stream).Documents, func(d *yamledit.Document) bool { return !d.IsBlank() })
}

// lastLine returns what a program wrote to stderr last: Helm may show only our message.
func lastLine(stderr string) string {
	text := strings.TrimSpace(strings.ToValidUTF8(stderr, "\ufffd"))
	return input.HideUsers(strings.TrimSpace(text[strings.LastIndexAny(text, "\n\r")+1:]))
}
