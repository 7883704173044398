package render

import (
	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// server returns the server of a container's CI_SERVER_URL, else that of the only host of the
// options; zero where there is neither and the delivery needs none.
func (f *filter) server(c *pod.Container) (gitlabrunner.Server, error) {
	server, err := c.Server()
	if err != nil {
		return gitlabrunner.Server{}, err
	}
	if server.Name == "" {
		host, err := f.options.onlyHost()
		switch {
		case err == nil:
			return gitlabrunner.ForHost(host), nil
		case f.delivery.NeedsHost() || f.options.fromIngress():
			return gitlabrunner.Server{}, f.hostUnknown(c)
		}
		return gitlabrunner.Server{}, nil
	}
	if server.Plain {
		f.report.warn(PlainHTTP(c.Runner.String()))
	}
	return server, nil
}

// PlainHTTP is the warning of a runner, "" or a Deployment, whose server is not asked for a certificate.
func PlainHTTP(runner string) trust.Finding {
	return trust.Finding{Code: manifest.PlainHTTP, Object: runner, Message: gitlabrunner.ServerURLVariable +
		" is an http:// URL, so the runner checks no certificate; its jobs get the file, and need it where they clone over https"}
}

// hostUnknown makes the Error of a container whose server is not known.
func (f *filter) hostUnknown(c *pod.Container) error {
	_, err := f.options.onlyHost()
	return c.Runner.Refuse(manifest.HostUnknown, c.Field("env "+gitlabrunner.ServerURLVariable), "its value is %w, and %w", pod.ErrUnknown, err)
}
