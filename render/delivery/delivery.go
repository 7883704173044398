// Package delivery leads the containers of runners to their file: one type for each way (--via). What
// they add is reverted by package added.
package delivery

import (
	"cmp"
	"path"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/added"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// A Delivery says where a runner's container reads its file, and leads the runner to it. A new one is a
// type in this package, and a line in New.
type Delivery interface {
	// NeedsHost reports whether the file's name follows from the server's host.
	NeedsHost() bool

	// Locate returns where a container reads its file. It refuses a container that another setting
	// would lead elsewhere.
	Locate(c *pod.Container, server gitlabrunner.Server) (Location, error)

	// Apply adds what leads a container to the file.
	Apply(d *added.Deployment, c *pod.Container, at Location) error
}

// A Location is a file in a container.
type Location struct {
	Dir  string // where a volume is mounted, cleaned: "/home/gitlab-runner/.gitlab-runner/certs"
	File string // its name in there: "gitlab.example.com.crt"

	Uncertain *trust.Finding // a warning where the runner may not look there; nil where it does
}

// Path returns the path of the file.
func (l Location) Path() string { return l.Dir + "/" + l.File }

// Named returns the Location of a delivery that names its file; "" is the default directory.
func Named(dir string) Location {
	return Location{Dir: path.Clean(cmp.Or(dir, "/etc/helm-runnertrust")), File: "ca.crt"}
}

// Ways returns the ways of New, the default first.
func Ways() []pod.Way { return []pod.Way{pod.WayCertsDir, pod.WayEnv, pod.WayConfig} }

// New returns the Delivery of a way, "" for the default, that mounts at a directory, "" for its own. Another
// way is a *manifest.Error.
func New(via pod.Way, dir string) (Delivery, error) {
	switch cmp.Or(via, pod.WayCertsDir) {
	case pod.WayCertsDir:
		return certsDir{dir}, nil
	case pod.WayEnv:
		return env{dir}, nil
	case pod.WayConfig:
		return config{dir}, nil
	}
	return nil, manifest.NewError(manifest.WayUnknown, "%q is none of the ways: %s, %s, %s", via, pod.WayCertsDir, pod.WayEnv, pod.WayConfig)
}

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
	return Named(w.dir), c.RefuseWinner(pod.WayConfig)
}

func (config) Apply(d *added.Deployment, _ *pod.Container, at Location) error {
	return d.SetCAFile(at.Path())
}
