package delivery

import (
	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/added"
	"helm-runnertrust/render/pod"
)

// config names the file as tls-ca-file in the template of the runner's configuration, which wins over
// the certs directory, and loses to CI_SERVER_TLS_CA_FILE. It needs no host.
type config struct{ dir string }

var _ Delivery = config{}

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
