// Package advice says what to do about each error and finding: a hint, where possible a command that
// can be typed as it stands. The tables in certificates.go, server.go and manifests.go have the hints by
// code; docs/TROUBLESHOOTING.md has them too, with the words of the messages and why they happen.
package advice

import (
	"cmp"
	"crypto/x509"
	"errors"

	"helm-runnertrust/render"
	"helm-runnertrust/trust"
)

// CodeCommand is the code of the command line's own errors: of flags, files, Helm.
const CodeCommand trust.Code = "command"

// CodeFileDropped is the code of a runner that had a file in an earlier revision of its release.
const CodeFileDropped trust.Code = "file-dropped"

// An Error is one of the command line's own, with what to do about it.
type Error struct {
	Code trust.Code // "" is that of the cause, else CodeCommand
	What string
	Err  error // cause, may be nil
	Hint string

	Verdict trust.Status // of a verify whose verdict this is; "" is no verdict
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.What
	}
	return e.What + ": " + e.Err.Error()
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// A Check is where a finding comes from. A few codes come from several, where different things can
// be done about them.
type Check int

// The checks.
const (
	OfFiles     Check = iota // of the certificates that the command line names
	OfManifests              // of what a runner's file holds, by verify
	OfServer                 // of a server, by fetch
	OfHandshake              // of a client's handshake with a server, by verify
)

// A Context is what hints speak of, as far as it is known.
type Context struct {
	Check    Check
	Host     string            // the server as one types it for fetch, host[:port]
	Connect  string            // where the server was asked instead of by its name; "" for that
	Leaf     *x509.Certificate // that the server sends
	Release  string            // that the manifests are of, as one types it for Helm
	Command  string            // that connects to the server, as one types it; "" is fetch
	Verify   bool              // the command is verify
	Filtered bool              // an earlier revision went through the post-renderer
	Object   string            // that could not be read from the cluster, as one types it for kubectl
	Keys     string            // the command that shows the keys of the object with the file

	Deployments []string // of the manifests, where none has the name that was asked for
}

// located is an error with the context of its hint.
type located struct {
	error
	context Context
}

func (l *located) Unwrap() error { return l.error }

// In returns an error with the context of its hint; of joined errors, each has it.
func (c Context) In(err error) error {
	var all []error
	for _, one := range trust.Errors(err) {
		all = append(all, &located{one, c})
	}
	return errors.Join(all...)
}

// A Message is an error or a finding as people and programs read it.
type Message struct {
	Code    trust.Code `json:"code"`
	Message string     `json:"message"`
	Hint    string     `json:"hint,omitempty"`
}

// Explain returns an error with what to do about it. usage is the hint for errors of other libraries,
// which are about the command line.
func Explain(err error, usage string) Message {
	var context Context
	if in, ok := errors.AsType[*located](err); ok {
		context = in.context
	}
	m := Message{Code: CodeCommand, Message: err.Error(), Hint: usage}
	if refused, ok := errors.AsType[*render.Error](err); ok {
		if context.Host = refused.Host; context.Verify {
			context.Check = OfManifests
		}
		m.Code, m.Hint = refused.Code, hintFor(refused.Code, context)
	}
	if refused, ok := errors.AsType[*trust.Error](err); ok {
		context = Context{Host: refused.Host, Connect: context.Connect, Verify: context.Verify}
		if context.Verify && refused.Host != "" {
			context.Command = Verify(refused.Host)
		}
		m.Code, m.Hint = refused.Code, hintFor(refused.Code, context)
	}
	if known, ok := errors.AsType[*Error](err); ok {
		m.Code, m.Hint = cmp.Or(known.Code, m.Code), known.Hint
	}
	return m
}

// Of returns a finding with what to do about it.
func (c Context) Of(f trust.Finding) Message {
	c.Host = cmp.Or(f.Host, c.Host)
	return Message{Code: f.Code, Message: f.Message, Hint: hintFor(f.Code, c)}
}

// OfAll returns findings with what to do about them.
func (c Context) OfAll(findings []trust.Finding) []Message {
	var all []Message
	for _, f := range findings {
		all = append(all, c.Of(f))
	}
	return all
}
