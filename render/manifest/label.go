package manifest

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync"

	"helm-runnertrust/render/yamledit"
	"helm-runnertrust/trust"
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

// refuse makes the Error of a field in a document.
func refuse(doc *yamledit.Document, object string, code trust.Code, field, format string, args ...any) error {
	return &Error{Code: code, Document: documentLabel(doc), Object: object, Field: field, Err: fmt.Errorf(format, args...)}
}

// WithPlace adds the document, and the line in the stream, to an error of reading the document.
func WithPlace(doc *yamledit.Document, err error) error { return withPlace(doc, "", err) }

func withPlace(doc *yamledit.Document, object string, err error) error {
	e := &Error{Code: BadDocument, Document: documentLabel(doc), Object: object, Err: err}
	if syntax, ok := errors.AsType[*yamledit.SyntaxError](err); ok && syntax.Line > 0 {
		e.Line = doc.LinesAbove() + syntax.Line
	} else if twice, ok := errors.AsType[*yamledit.DuplicateKeyError](err); ok && twice.Again > 0 { // not behind an alias
		e.Line = doc.LinesAbove() + twice.Again
		e.Err = &yamledit.DuplicateKeyError{Key: twice.Key, Line: doc.LinesAbove() + twice.Line}
	} else if kind, ok := errors.AsType[*yamledit.KindError](err); ok {
		e.Field = kind.Field
	}
	return e
}
