package render

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"helm-runnertrust/render/added"
	"helm-runnertrust/render/pod"
)

// annotate writes a checksum into the pods' annotations, of what they have to roll with: the
// certificates, and an edited template, as the chart's own checksum was made before the edit.
func (f *filter) annotate(d *added.Deployment, sources []source) error {
	var parts []string
	for _, from := range sources {
		if sum := from.checksum(); sum != "" {
			parts = append(parts, sum)
		}
	}
	if f.options.Jobs || f.options.Via == pod.WayConfig {
		t, err := f.run.Templates.Of(d.Runner)
		if err != nil {
			return err
		}
		parts = append(parts, sha256Of(t.Text()))
	}
	switch len(parts) {
	case 0:
		return nil
	case 1:
		return d.Annotate(parts[0])
	}
	return d.Annotate(sha256Of(strings.Join(parts, "\x00")))
}

// sha256Of returns the SHA-256 of a text, in hex.
func sha256Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
