package manifest

import (
	"errors"
	"regexp"
	"strconv"
	"sync"

	"helm-runnertrust/render/yamledit"
)

// sourceComment matches what Helm puts above a document: the template that it was rendered from.
// What breaks a line of YAML, a lone CR too, is not part of it.
var sourceComment = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\x{FEFF}?# Source: ([^\pC\p{Zl}\p{Zp}]*?)\s*$`)
})

// TemplatePath returns the path in the `# Source:` comment of a document, "" without one.
func TemplatePath(doc *yamledit.Document) string {
	if found := sourceComment().FindSubmatch(doc.Head()); found != nil {
		return string(found[1])
	}
	return ""
}

// documentLabel returns the name of a document in messages.
func documentLabel(doc *yamledit.Document) string {
	label := "document " + strconv.Itoa(doc.Number())
	if template := TemplatePath(doc); template != "" {
		label += " (" + template + ")"
	}
	return label
}

// WithPlace adds the document, and the line in the stream, to an error of reading the document.
func WithPlace(doc *yamledit.Document, err error) *Error {
	e := &Error{Code: BadDocument, Document: documentLabel(doc), Err: err}
	if syntax, ok := errors.AsType[*yamledit.SyntaxError](err); ok && syntax.Line > 0 {
		e.Line = doc.LinesAbove() + syntax.Line
	}
	return e
}
