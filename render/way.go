package render

import (
	"fmt"

	"helm-runnertrust/trust"
)

// A Via is how a runner is told of its file.
type Via string

// The ways. The zero Via is ViaCertsDir.
const (
	ViaCertsDir Via = "certs-dir" // <host>.crt in the directory that it looks into by itself
	ViaEnv      Via = "env"       // the variable CI_SERVER_TLS_CA_FILE
	ViaConfig   Via = "config"    // tls-ca-file in the template of its configuration
)

// A way says where a runner's container reads its file, and tells the runner of it. A new one is a
// file beside this, and a line in Options.way.
type way interface {
	// needsHost reports whether the file cannot be placed without the server's host.
	needsHost() bool

	// locate derives the place of a container's file from the manifests. It refuses a container
	// that another setting would lead elsewhere.
	locate(m *manifests, c *container, server trust.Server) (location, error)

	// tell edits what leads the runner to the file.
	tell(m *manifests, c *container, at location) error
}

// A location is a file in a container.
type location struct {
	dir  string // where a volume is mounted, cleaned: "/home/gitlab-runner/.gitlab-runner/certs"
	file string // its name in there: "gitlab.example.com.crt"
}

func (l location) path() string { return l.dir + "/" + l.file }

const (
	ownDir  = "/etc/helm-runnertrust" // for the ways that name the file
	ownFile = "ca.crt"
)

// way is the one of the options.
func (o Options) way() (way, error) {
	switch o.Via {
	case "", ViaCertsDir:
		return certsDirWay{dir: o.CertsDir}, nil
	case ViaEnv:
		return envWay{dir: o.CertsDir}, nil
	case ViaConfig:
		return configWay{dir: o.CertsDir}, nil
	}
	return nil, &Error{Code: WayUnknown, Err: fmt.Errorf("%q is none of the ways: %s, %s, %s", o.Via, ViaCertsDir, ViaEnv, ViaConfig)}
}
