package render

import "helm-runnertrust/trust"

// A way says where a runner's container reads its file, and how the runner is told of it. A new
// one is a file beside this, and a line where Filter chooses.
type way interface {
	// locate derives the place of a container's file from the manifests. It refuses a container
	// that another setting would lead elsewhere.
	locate(m *manifests, c *container, server trust.Server) (location, error)
}

// A location is a file in a container.
type location struct {
	dir  string // where a volume is mounted, cleaned: "/home/gitlab-runner/.gitlab-runner/certs"
	file string // its name in there: "gitlab.example.com.crt"
}
