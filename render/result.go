package render

import (
	"bufio"
	"bytes"
	"io"

	"helm-runnertrust/trust"
)

// A Result is a filtered stream.
type Result struct {
	Warnings []trust.Finding
	Notes    []trust.Finding // what the stream itself decided

	texts [][]byte // of its documents; they share the memory of what was read
}

// Bytes returns the filtered stream.
func (r *Result) Bytes() []byte { return bytes.Join(r.texts, nil) }

// outSize is how many bytes go out at once; the gitlab chart renders fewer.
const outSize = 256 << 10

// WriteTo writes the filtered stream.
func (r *Result) WriteTo(w io.Writer) (n int64, err error) {
	out := bufio.NewWriterSize(w, outSize)
	for _, text := range r.texts {
		wrote, err := out.Write(text)
		n += int64(wrote)
		if err != nil {
			return n, err
		}
	}
	return n, out.Flush()
}

var _ io.WriterTo = (*Result)(nil)

// A report collects what does not keep the filter from its work, each finding once.
type report struct {
	warnings []trust.Finding
	notes    []trust.Finding // what is worth knowing, and no warning
	seen     map[trust.Finding]bool
}

func newReport() *report { return &report{seen: map[trust.Finding]bool{}} }

func (r *report) warn(findings ...trust.Finding) { r.warnings = r.add(r.warnings, findings) }

func (r *report) note(finding trust.Finding) { r.notes = r.add(r.notes, []trust.Finding{finding}) }

func (r *report) add(to, findings []trust.Finding) []trust.Finding {
	for _, f := range findings {
		if !r.seen[f] {
			r.seen[f] = true
			to = append(to, f)
		}
	}
	return to
}
