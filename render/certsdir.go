package render

import "helm-runnertrust/trust"

// certsDirWay is the runner's own way: <host>.crt in its certs directory, which has to be told of
// nothing. Both other settings would win over it.
type certsDirWay struct {
	dir string // instead of the runner's own; "" for that
}

var _ way = certsDirWay{}

func (w certsDirWay) locate(m *manifests, c *container, server trust.Server) (location, error) {
	if err := refuseCAFile(m, c); err != nil {
		return location{}, err
	}
	dir, err := c.certsDir(w.dir)
	if err != nil {
		return location{}, err
	}
	return location{dir: dir, file: server.CertFile}, nil
}

// refuseCAFile refuses a container that would not look into its certs directory: one with
// CI_SERVER_TLS_CA_FILE, or with tls-ca-file in its configuration.
func refuseCAFile(m *manifests, c *container) error {
	if c.hasCAFile() {
		return c.runner.refuse(CAFileSet, c.field("env "+trust.CAFileVariable),
			"it is set, so the runner would not look into its certs directory")
	}
	file, configMap, err := m.configuredCAFile(c.runner)
	if err != nil || configMap == nil {
		return err
	}
	return configMap.refuse(CAFileSet, "data", "%s is %q in the configuration of %s, so the runner would not look into its certs directory",
		trust.CAFileSetting, file, c.runner)
}
