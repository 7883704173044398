package render

import "helm-runnertrust/render/yamledit"

const checksumAnnotation = "checksum/runner-certs"

// annotate writes the checksum of a source into the pod template, so that pods roll when it
// changes.
func (r *runner) annotate(checksum string) error {
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
