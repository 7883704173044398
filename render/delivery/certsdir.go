package delivery

import (
	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/added"
	"helm-runnertrust/render/pod"
)

// certsDir is <host>.crt in the directory that the runner looks into by itself. Both other settings
// would win over it.
type certsDir struct{ dir string }

var _ Delivery = certsDir{}

func (certsDir) NeedsHost() bool { return true }

func (w certsDir) Locate(c *pod.Container, server gitlabrunner.Server) (Location, error) {
	if err := c.RefuseWinner(pod.WayCertsDir); err != nil {
		return Location{}, err
	}
	dir, err := c.CertsDir(w.dir)
	return Location{Dir: dir, File: server.CertFile}, err
}

func (certsDir) Apply(*added.Deployment, *pod.Container, Location) error { return nil }
