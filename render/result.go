package render

import (
	"bytes"
	"io"

	"helm-runnertrust/trust"
)

// A Result is a filtered stream. Each of its findings is there once.
type Result struct {
	Warnings []trust.Finding
	Notes    []trust.Finding // what the stream itself decided, and is no warning

	texts [][]byte // of its documents; they share the memory of what was read
}

// Bytes returns the filtered stream.
func (r *Result) Bytes() []byte { return bytes.Join(r.texts, nil) }

// WriteTo writes the filtered stream.
func (r *Result) WriteTo(w io.Writer) (int64, error) { return bytes.NewReader(r.Bytes()).WriteTo(w) }

var _ io.WriterTo = (*Result)(nil)

func (r *Result) warn(findings ...trust.Finding) { r.Warnings = append(r.Warnings, findings...) }

func (r *Result) note(finding trust.Finding) { r.Notes = append(r.Notes, finding) }
