package manifest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
)

// An Error is the refusal of a stream, with the place in it.
type Error struct {
	Code     trust.Code
	Document string // `document 7 (gitlab-runner/templates/deployment.yaml)`, "" for the stream
	Line     int    // in the stream, from 1; 0 where there is none
	Object   string // "Deployment/ci-gitlab-runner", "" where it is not known
	Field    string // "volumes", "env CI_SERVER_URL"; "" for the object
	Host     string // the runner's server as one types it for fetch, host[:port]; "" where it is not about one
	Err      error  // what is wrong
}

// Error returns the place, from the outside in, then what is wrong.
func (e *Error) Error() string {
	line := ""
	if e.Line > 0 {
		line = "line " + strconv.Itoa(e.Line)
	}
	place := slices.DeleteFunc([]string{e.Document, line, e.Object, e.Field}, func(part string) bool { return part == "" })
	if len(place) == 0 {
		return e.Err.Error()
	}
	return strings.Join(place, ", ") + ": " + e.Err.Error()
}

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// NewError makes an Error that has no place in the stream.
func NewError(code trust.Code, format string, args ...any) error {
	return &Error{Code: code, Err: fmt.Errorf(format, args...)}
}

// TemplatePath returns the path in the `# Source:` comment that Helm puts above a document, "" without one.
// What breaks a line of YAML, a lone CR too, is not part of it.
func TemplatePath(doc *yamledit.Document) string {
	for line := range strings.Lines(string(doc.Head())) {
		path, found := strings.CutPrefix(strings.TrimPrefix(line, "\ufeff"), "# Source: ")
		path = strings.TrimRight(path, " \t\r\n\f")
		if found && !strings.ContainsFunc(path, func(r rune) bool { return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) }) {
			return path
		}
	}
	return ""
}

// documentLabel returns the name of a document in messages.
func documentLabel(doc *yamledit.Document) string {
	label := "document " + strconv.Itoa(doc.Number)
	if template := TemplatePath(doc); template != "" {
		label += " (" + template + ")"
	}
	return label
}

// WithPlace adds the document, and the line in the stream, to an error of reading the document.
func WithPlace(doc *yamledit.Document, err error) *Error {
	e := &Error{Code: BadDocument, Document: documentLabel(doc), Err: err}
	if syntax, ok := errors.AsType[*yamledit.SyntaxError](err); ok && syntax.Line > 0 {
		e.Line = doc.LinesAbove + syntax.Line
	}
	return e
}
