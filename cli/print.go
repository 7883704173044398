package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/cli/output"
	"helm-runnertrust/render"
	"helm-runnertrust/trust"
)

// Messages go to stderr, each on lines of its own:
//
//	runnertrust: error: document 7 (…/deployment.yaml), Deployment/ci: what is wrong
//	runnertrust: warning: what should be known
//	runnertrust: hint: what to do about it
//
// They are in lower case without a final period, name the place (file, document, kind/name, field),
// and quote what the user typed. A hint follows what it belongs to. Independent faults are reported
// together.

// A printer collects messages, and writes results.
type printer struct {
	stdout, stderr io.Writer
	hide           func(text string) string // passwords of the command line

	messages []message
	wrote    bool // something to stdout
}

// A message is one of a kind (error, warning, note), or a report: lines without a kind.
type message struct {
	kind   string
	object string // that it is about, "Deployment/ci"
	advice.Message
}

// fail adds an error, or each of several joined ones. usage is the hint for those of cobra.
func (p *printer) fail(err error, usage string) {
	for _, one := range trust.Errors(err) {
		m := message{kind: "error", Message: p.explain(one, usage)}
		if refused, ok := errors.AsType[*render.Error](one); ok {
			m.object = refused.Object
		}
		p.messages = append(p.messages, m)
	}
}

// explain returns an error with what to do about it, and without the passwords of the command line.
func (p *printer) explain(err error, usage string) advice.Message {
	m := advice.Explain(err, usage)
	m.Message = p.hide(m.Message)
	return m
}

func (p *printer) warn(f trust.Finding) {
	hint := advice.Context{}.Of(f).Hint
	f.Message = strings.TrimPrefix(f.Object+": ", ": ") + f.Message
	p.add("warning", f, hint)
}

// note adds a note, whose text names its object.
func (p *printer) note(f trust.Finding) { p.add("note", f, "") }

// add adds a finding of a kind, with its hint.
func (p *printer) add(kind string, f trust.Finding, hint string) {
	p.messages = append(p.messages, message{kind, f.Object, advice.Message{Code: f.Code, Message: f.Message, Hint: hint}})
}

// report adds text for people, along with the messages. It has gone through [output.Line].
func (p *printer) report(text string) {
	p.messages = append(p.messages, message{Message: advice.Message{Message: strings.TrimSuffix(text, "\n")}})
}

// flush writes what has been collected, and returns it. An error has no other stream to go to; the
// exit code stays.
func (p *printer) flush() string {
	var text strings.Builder
	for _, m := range p.messages {
		if m.kind == "" {
			text.WriteString(m.Message.Message + "\n")
			continue
		}
		fmt.Fprintf(&text, "runnertrust: %s: %s\n", m.kind, output.Line(m.Message.Message))
		if m.Hint != "" {
			fmt.Fprintf(&text, "runnertrust: hint: %s\n", output.Line(m.Hint))
		}
	}
	_, _ = io.WriteString(p.stderr, text.String())
	return text.String()
}

// write puts a whole result on stdout, which can be in several pieces.
func (p *printer) write(result ...[]byte) error {
	// Whoever starts a service may have all of its streams lead to /dev/null in the same way.
	if output.IsClosed(p.stdout) && !output.IsClosed(p.stderr) {
		p.wrote = true
		return &advice.Error{What: "cannot write the output: stdout is closed", Hint: "to throw the output away, use: >/dev/null"}
	}
	return p.writeIfOpen(result...)
}

// writeIfOpen writes a whole result for commands of which nothing but the exit code may be wanted.
func (p *printer) writeIfOpen(result ...[]byte) error {
	p.wrote = true
	out := bufio.NewWriterSize(p.stdout, 64<<10) // what a pipe holds
	for _, piece := range result {
		_, _ = out.Write(piece) // Flush returns the error
	}
	if err := out.Flush(); err != nil {
		return &advice.Error{What: "cannot write the output", Err: err}
	}
	return nil
}

// failInJSON writes what failed to stdout, where a program waits for JSON and nothing is there yet.
// An error of writing it is that of a stdout which nobody reads.
func (p *printer) failInJSON() {
	var failed []advice.Message
	for _, m := range p.messages {
		if m.kind == "error" {
			failed = append(failed, m.Message)
		}
	}
	if p.wrote || len(failed) == 0 {
		return
	}
	_ = writeJSON(p.write, errorJSON{Error: failed[0], Also: failed[1:]})
}

// writeJSON writes a report as JSON.
func writeJSON(write func(...[]byte) error, value any) error {
	out, err := output.JSON(value)
	if err != nil {
		return err
	}
	return write(out)
}

// errorJSON is the output of a command that has no result.
type errorJSON struct {
	Error advice.Message   `json:"error"`
	Also  []advice.Message `json:"also,omitempty"`
}

// The exit codes. Of verify, 1 is the verdict that a runner would not connect, so that an alarm can
// tell it from a verify that could not run.
const (
	exitDone    = 0
	exitError   = 1
	exitChanges = 2 // with --detailed-exitcode
	exitUnknown = 3 // of verify: it cannot be judged
	exitNotRun  = 4 // of verify: any other error
)

// An exitCode ends a run without a message: there are changes, or a Helm that has said why ended so.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// exitOfVerify returns the exit code of a verify that ended with errors. The worst counts: a runner
// that would not connect, then a release that could not be read.
func exitOfVerify(err error) int {
	code := exitUnknown
	for _, one := range trust.Errors(err) {
		refused, ok := errors.AsType[*advice.Error](one)
		switch {
		case ok && refused.Verdict == trust.StatusFailed:
			return exitError
		case !ok || refused.Verdict == "":
			code = exitNotRun
		}
	}
	return code
}
