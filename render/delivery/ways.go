package delivery

import (
	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/added"
	"helm-runnertrust/render/pod"
)

// certsDir is <host>.crt in the directory that the runner looks into by itself. Both other settings
// would win over it.
type certsDir struct{ dir string }

func (certsDir) NeedsHost() bool { return true }

func (w certsDir) Locate(c *pod.Container, server gitlabrunner.Server) (Location, error) {
	if err := c.RefuseWinner(pod.WayCertsDir); err != nil {
		return Location{}, err
	}
	dir, err := c.CertsDir(w.dir)
	return Location{dir, server.CertFile, c.UncertainDir(w.dir)}, err
}

func (certsDir) Apply(*added.Deployment, *pod.Container, Location) error { return nil }

// env names the file in CI_SERVER_TLS_CA_FILE, which wins over everything else. It needs no host.
type env struct{ dir string }

func (env) NeedsHost() bool { return false }

func (w env) Locate(*pod.Container, gitlabrunner.Server) (Location, error) {
	return Named(w.dir), nil
}

func (env) Apply(d *added.Deployment, c *pod.Container, at Location) error {
	return d.SetVariable(c, gitlabrunner.CAFileVariable, at.Path())
}

// config names the file as tls-ca-file in the template of the runner's configuration, which wins over
// the certs directory, and loses to CI_SERVER_TLS_CA_FILE. It needs no host.
type config struct{ dir string }

func (config) NeedsHost() bool { return false }

func (w config) Locate(c *pod.Container, _ gitlabrunner.Server) (Location, error) {
	if err := c.RefuseWinner(pod.WayConfig); err != nil {
		return Location{}, err
	}
	_, err := c.Runner.ConfigTemplate()
	return Named(w.dir), err
}

func (config) Apply(d *added.Deployment, _ *pod.Container, at Location) error {
	return d.SetCAFile(at.Path())
}
