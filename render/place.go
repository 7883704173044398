package render

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync"

	"helm-runnertrust/render/yamledit"
)

// sourceComment is what Helm puts above a document: the template that it was rendered from. What
// breaks a line of YAML, a lone CR too, is no part of it.
var sourceComment = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\x{FEFF}?# Source: ([^\pC\p{Zl}\p{Zp}]*?)\s*$`)
})

// templateOf is the path in the `# Source:` comment of a document, "" where there is none.
func templateOf(doc *yamledit.Document) string {
	if found := sourceComment().FindSubmatch(doc.Head()); found != nil {
		return string(found[1])
	}
	return ""
}

// placeOf names a document in messages.
func placeOf(doc *yamledit.Document) string {
	place := "document " + strconv.Itoa(doc.Number())
	if template := templateOf(doc); template != "" {
		place += " (" + template + ")"
	}
	return place
}

// refuseAt makes the Error of a field in a document.
func refuseAt(doc *yamledit.Document, object string, code Code, field, format string, args ...any) error {
	return &Error{Code: code, Document: placeOf(doc), Object: object, Field: field, Err: fmt.Errorf(format, args...)}
}

// placed gives an error of reading a document its place, with the line in the stream.
func placed(doc *yamledit.Document, object string, err error) error {
	e := &Error{Code: BadDocument, Document: placeOf(doc), Object: object, Err: err}
	var syntax *yamledit.SyntaxError
	var twice *yamledit.DuplicateKeyError
	var kind *yamledit.KindError
	switch {
	case errors.As(err, &syntax) && syntax.Line > 0:
		e.Line = doc.LinesAbove() + syntax.Line
	case errors.As(err, &twice) && twice.Again > 0: // not behind an alias
		e.Line = doc.LinesAbove() + twice.Again
		e.Err = &yamledit.DuplicateKeyError{Key: twice.Key, Line: doc.LinesAbove() + twice.Line}
	case errors.As(err, &kind):
		e.Field = kind.Field
	}
	return e
}
