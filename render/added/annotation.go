package added

import (
	"crypto/sha256"
	"encoding/hex"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/render/yamledit"
)

// Annotate writes a checksum into the pods' annotations, so that the pods roll when it changes.
func (d *Deployment) Annotate(checksum string) error {
	r := record{Add: annotation, Name: pod.ChecksumAnnotation, Sum: sumOf(checksum)}
	node := d.Template
	for _, key := range []string{"metadata", "annotations"} {
		inner := manifest.Value(node, key)
		if inner == nil {
			r.Made++
			inner = yamledit.Set(node, key, yamledit.Map())
		}
		node = inner
	}
	if manifest.Value(node, pod.ChecksumAnnotation) != nil {
		return d.Refuse(manifest.ChangedSince, "annotation "+pod.ChecksumAnnotation, "the pods have it already, and the Deployment has no annotation %s", pod.AddedAnnotation)
	}
	d.records = append(d.records, r)
	yamledit.Set(node, pod.ChecksumAnnotation, yamledit.Text(checksum))
	return nil
}

func revertAnnotation(o *manifest.Object, r record) error {
	template := manifest.Value(o.Node, "spec", "template")
	metadata := manifest.Value(template, "metadata")
	list := manifest.Value(metadata, "annotations")
	if written := manifest.Value(list, r.Name); written == nil || sumOf(yaml.GetValue(written)) != r.Sum {
		return errChanged
	}
	yamledit.Remove(list, r.Name)
	if r.Made > 0 {
		removeEmpty(metadata, "annotations")
	}
	if r.Made > 1 {
		removeEmpty(template, "metadata")
	}
	return nil
}

// sumOf returns the first eight bytes of the SHA-256 of a text, in hex.
func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
