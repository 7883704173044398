package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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

// A hinted error is one of the command line's own.
type hinted struct {
	code trust.Code // "" is codeCommand
	what string
	err  error // cause, may be nil
	hint string
	told bool // among the results of a KRM function already
}

func (h *hinted) Error() string {
	if h.err == nil {
		return h.what
	}
	return h.what + ": " + h.err.Error()
}

func (h *hinted) Unwrap() error { return h.err }

// fail reports an error, or each of several joined ones.
func (p *program) fail(err error) {
	// Only the outermost error: deeper down, several causes make one fault.
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			p.fail(one)
		}
		return
	}
	failure := p.failure(err)
	p.errors = append(p.errors, failure)
	object := ""
	if refused := (*render.Error)(nil); errors.As(err, &refused) {
		object = refused.Object
	}
	p.report(notice{kind: "error", object: object, findingJSON: failure})
}

// A notice is a message with its code, and the object that it is about.
type notice struct {
	kind   string // error, warning or note
	object string
	findingJSON
}

func (p *program) report(n notice) {
	p.notices = append(p.notices, n)
	p.message(n.kind, n.Message, n.Hint)
}

// failure is an error as it is told.
func (p *program) failure(err error) findingJSON {
	return findingJSON{Code: codeOf(err), Message: p.withoutPasswords(err.Error()), Hint: p.hint(err)}
}

func (p *program) warn(w trust.Finding) {
	message := w.Message
	if w.Object != "" {
		message = w.Object + ": " + message
	}
	p.report(notice{"warning", w.Object, findingJSON{Code: w.Code, Message: message, Hint: topic{}.of(w)}})
}

func (p *program) inform(f trust.Finding) {
	p.report(notice{"note", f.Object, findingJSON{Code: f.Code, Message: f.Message}})
}

func (p *program) message(kind, text, hint string) {
	p.messages = append(p.messages, "runnertrust: "+kind+": "+text)
	if hint != "" {
		p.messages = append(p.messages, "runnertrust: hint: "+hint)
	}
}

// flushMessages writes what has been collected.
func (p *program) flushMessages(code int) {
	if len(p.messages) == 0 {
		return
	}
	text := strings.Join(p.messages, "\n") + "\n"
	_, _ = fmt.Fprint(p.Stderr, text) // no place is left to report it to; the exit code stays
	if name, _ := p.Env("HELM_PLUGIN_NAME"); p.filtering || name == pluginName {
		p.reachThroughHelm(text, code)
	}
}

// codeCommand is the code of the command line's own errors: of flags, files, Helm.
const codeCommand trust.Code = "command"

func codeOf(err error) trust.Code {
	if own := (*hinted)(nil); errors.As(err, &own) && own.code != "" {
		return own.code
	}
	if refused := (*trust.Error)(nil); errors.As(err, &refused) {
		return refused.Code
	}
	if refused := (*render.Error)(nil); errors.As(err, &refused) {
		return refused.Code
	}
	return codeCommand
}

// hint is what to do about an error.
func (p *program) hint(err error) string {
	if own := (*hinted)(nil); errors.As(err, &own) {
		return own.hint
	}
	if refused := (*trust.Error)(nil); errors.As(err, &refused) {
		about := topic{host: refused.Host}
		if p.verifying && refused.Host != "" {
			about.command = verifyURL(refused.Host)
		}
		return hintFor(refused.Code, about)
	}
	if refused := (*render.Error)(nil); errors.As(err, &refused) {
		if p.template != "" && slices.Contains(ofTemplates, refused.Code) {
			return renderChart(p.template)
		}
		about := topic{host: refused.Host, release: p.release, deployments: p.deployments, misnamed: p.misnamed}
		if p.verifying {
			about.occasion = ofManifests
		}
		return hintFor(refused.Code, about)
	}
	return "see " + p.usage + " --help" // what cobra says of a command line
}
