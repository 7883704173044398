package delivery

import (
	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/added"
	"helm-runnertrust/render/pod"
)

// env names the file in CI_SERVER_TLS_CA_FILE, which wins over everything else. It needs no host.
type env struct{ dir string }

var _ Delivery = env{}

func (env) NeedsHost() bool { return false }

func (w env) Locate(*pod.Container, gitlabrunner.Server) (Location, error) {
	return Named(w.dir), nil
}

func (env) Apply(d *added.Deployment, c *pod.Container, at Location) error {
	return d.SetVariable(c, gitlabrunner.CAFileVariable, at.Path())
}
