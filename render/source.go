package render

import "helm-runnertrust/trust"

// A source says where the bytes of one runner's files come from. A new one is a file beside this,
// and a line where Filter chooses.
type source interface {
	// fill chooses and checks what a file is to hold for the runner to trust a server. Files of
	// one name hold what all their servers need.
	fill(server trust.Server, file string, warn func(Warning)) error

	// projection is what a volume has to show of an object for these files.
	projection() projection

	// checksum changes with the content of the files, so that pods roll with it.
	checksum() string

	// provide puts the object of the projection into the stream, if it is not there already.
	provide(m *manifests) error
}
