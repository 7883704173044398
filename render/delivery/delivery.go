// Package delivery leads the containers of runners to their file: one type for each way (--via). What
// they add is reverted by package added.
package delivery

import (
	"cmp"
	"path"
	"slices"

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

// ParseWay reads a way of New. Everything else is a *manifest.Error.
func ParseWay(written string) (pod.Way, error) {
	if !slices.Contains(Ways(), pod.Way(written)) {
		return "", manifest.NewError(manifest.WayUnknown, "%q is none of the ways: %s, %s, %s", written, pod.WayCertsDir, pod.WayEnv, pod.WayConfig)
	}
	return pod.Way(written), nil
}

// New returns the Delivery of a way, "" for the default, that mounts at a directory, "" for its own.
func New(via pod.Way, dir string) (Delivery, error) {
	way, err := ParseWay(string(cmp.Or(via, pod.WayCertsDir)))
	switch way {
	case pod.WayEnv:
		return env{dir}, nil
	case pod.WayConfig:
		return config{dir}, nil
	}
	return certsDir{dir}, err
}
