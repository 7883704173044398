package render

import (
	"bytes"

	"helm.sh/helm/v3/pkg/postrender"

	"helm-runnertrust/trust"
)

// PostRenderer is the filter for programs that use Helm as a library, version
// 3 or 4: their PostRenderer interfaces have the same method.
type PostRenderer struct {
	Options Options
	Warn    func(trust.Finding) // called for each warning; nil drops them
	Note    func(trust.Finding) // called for what the stream itself decided; nil drops it
}

var _ postrender.PostRenderer = PostRenderer{}

// Run is Filter on a buffer, which it leaves as it was.
func (p PostRenderer) Run(rendered *bytes.Buffer) (*bytes.Buffer, error) {
	result, err := Filter(bytes.Clone(rendered.Bytes()), p.Options)
	if err != nil {
		return nil, err
	}
	if p.Warn != nil {
		for _, warning := range result.Warnings {
			p.Warn(warning)
		}
	}
	if p.Note != nil {
		for _, note := range result.Notes {
			p.Note(note)
		}
	}
	return bytes.NewBuffer(result.Bytes()), nil
}
