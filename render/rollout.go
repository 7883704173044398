package render

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/yamledit"
)

const checksumAnnotation = "checksum/runner-certs"

// annotate writes a checksum into the pod template, so that pods roll when it changes; without one,
// that of an earlier run goes.
func (r *runner) annotate(checksum string) error {
	if checksum == "" {
		return r.placed(r.removeAnnotation())
	}
	metadata, err := ensure(r.template, "metadata", yamledit.Map())
	if err != nil {
		return r.placed(err)
	}
	annotations, err := ensure(metadata, "annotations", yamledit.Map())
	if err != nil {
		return r.placed(err)
	}
	return r.placed(set(annotations, checksumAnnotation, yamledit.Text(checksum)))
}

// removeAnnotation takes the annotation of an earlier run away, and what has become empty with it.
func (r *runner) removeAnnotation() error {
	metadata := value(r.template, "metadata")
	annotations := value(metadata, "annotations")
	if value(annotations, checksumAnnotation) == nil {
		return nil
	}
	if err := annotations.PipeE(yaml.Clear(checksumAnnotation)); err != nil {
		return err
	}
	if err := metadata.PipeE(yaml.FieldClearer{Name: "annotations", IfEmpty: true}); err != nil {
		return err
	}
	return r.template.PipeE(yaml.FieldClearer{Name: "metadata", IfEmpty: true})
}

// checksumOf joins the checksums of what a runner's pods are to roll with; "" for nothing. A single
// one stays what it is.
func checksumOf(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return sha256Of(strings.Join(parts, "\x00"))
}

// sha256Of is the SHA-256 of a text, in hex.
func sha256Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
