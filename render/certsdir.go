package render

import "helm-runnertrust/gitlabrunner"

// certsDirWay is the runner's own way: <host>.crt in its certs directory, which it looks into
// without being told. Both other settings would win over it.
type certsDirWay struct {
	dir string // instead of the runner's own; "" for that
}

var _ way = certsDirWay{}

func (certsDirWay) needsHost() bool { return true }

func (w certsDirWay) locate(m *manifests, c *container, server gitlabrunner.Server) (location, error) {
	if err := m.refuseVariable(c); err != nil {
		return location{}, err
	}
	if err := m.refuseSetting(c); err != nil {
		return location{}, err
	}
	dir, err := c.certsDir(w.dir)
	return location{dir: dir, file: server.CertFile}, err
}

func (certsDirWay) tell(*manifests, *container, location) error { return nil }

func (certsDirWay) untell(*manifests, *container) error { return nil }
