package render

import (
	"bufio"
	"bytes"
	"io"

	"helm-runnertrust/trust"
)

// A Result is a filtered stream. Each of its findings is there once.
type Result struct {
	Warnings []trust.Finding
	Notes    []trust.Finding // what the stream itself decided, and is no warning

	texts [][]byte // of its documents; they share the memory of what was read
	seen  map[trust.Finding]bool
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

func (r *Result) warn(findings ...trust.Finding) { r.Warnings = r.add(r.Warnings, findings) }

func (r *Result) note(finding trust.Finding) { r.Notes = r.add(r.Notes, []trust.Finding{finding}) }

func (r *Result) add(to, findings []trust.Finding) []trust.Finding {
	for _, f := range findings {
		if !r.seen[f] {
			r.seen[f] = true
			to = append(to, f)
		}
	}
	return to
}
