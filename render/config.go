package render

import (
	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/tomledit"
)

// configWay names the file as tls-ca-file in the template of the runner's configuration, which
// wins over the certs directory, and loses to CI_SERVER_TLS_CA_FILE. It needs no host.
type configWay struct {
	dir string // to mount at, instead of ownDir; "" for that
}

var _ way = configWay{}

func (configWay) needsHost() bool { return false }

func (w configWay) locate(m *manifests, c *container, _ gitlabrunner.Server) (location, error) {
	if err := m.refuseVariable(c); err != nil {
		return location{}, err
	}
	_, err := m.templateOf(c.runner)
	return ownLocation(w.dir), err
}

func (configWay) tell(m *manifests, c *container, at location) error {
	t, err := m.templateOf(c.runner)
	if err != nil {
		return err
	}
	return t.edit(func(config *tomledit.Config) (string, error) { return config.SetTLSCAFile(at.path()) })
}

// untell takes the setting out where it names a file of ours. A template that cannot be read has
// none.
func (configWay) untell(m *manifests, c *container) error {
	if !m.mentionsSetting() {
		return nil
	}
	t, err := m.templateOf(c.runner)
	if err != nil {
		return nil
	}
	config, err := t.config()
	if err != nil {
		return nil
	}
	if file, _, set := config.TLSCAFile(); !set || !c.isOwnFile(file) {
		return nil
	}
	return t.edit((*tomledit.Config).RemoveTLSCAFile)
}
