package pod

import (
	"cmp"
	"fmt"
	"strings"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/tomledit"
)

// Hosts are the servers besides GitLab's that the jobs of a runner connect to by TLS; the zero Server
// where the manifests have none.
type Hosts struct {
	Clone gitlabrunner.Server // of clone_url
	Cache gitlabrunner.Server // of the cache in S3
}

// Hosts returns those of a container. Variables of registration win over the template
// (commands/register.go of gitlab-runner).
func (t *Templates) Hosts(c *Container) (h Hosts) {
	config := t.Readable(c.Runner)
	setting := func(variable string, path ...string) string {
		literal, _, _ := c.Variable(variable)
		written, _, _ := config.String(path...)
		return cmp.Or(literal, written)
	}
	if server, err := gitlabrunner.ParseServer(setting("CLONE_URL", "clone_url")); err == nil && !server.Plain {
		h.Clone = server
	}
	insecure, _, _ := config.Bool("cache", "s3", "Insecure")
	address := setting("CACHE_S3_SERVER_ADDRESS", "cache", "s3", "ServerAddress")
	if insecure || setting("CACHE_S3_INSECURE") == "true" || setting("CACHE_TYPE", "cache", "Type") != "s3" || address == "" {
		return h
	}
	if server, err := gitlabrunner.ParseServer("https://" + strings.TrimPrefix(address, "https://")); err == nil {
		h.Cache = server
	}
	return h
}

// Readable returns the template of a runner; an empty one where the stream has none that can be read.
func (t *Templates) Readable(r *Runner) *tomledit.Config {
	template, err := t.Of(r)
	if err != nil {
		return &tomledit.Config{}
	}
	config, err := template.Config()
	if err != nil {
		return &tomledit.Config{}
	}
	return config
}

// Switches names what turns off the check of certificates for a runner or its jobs, each with its place.
func (t *Templates) Switches(r *Runner) (found []string) {
	for _, s := range t.Readable(r).Switches() {
		found = append(found, fmt.Sprintf("%s in line %d of %s", s.Name, s.Line, TemplateKey))
	}
	for _, c := range r.Containers {
		if manifest.Named(c.env, "GIT_SSL_NO_VERIFY") != nil { // of any value
			found = append(found, "GIT_SSL_NO_VERIFY of container "+c.Name)
		}
		if value, _, _ := c.Variable("NODE_TLS_REJECT_UNAUTHORIZED"); value == "0" {
			found = append(found, "NODE_TLS_REJECT_UNAUTHORIZED of container "+c.Name)
		}
	}
	return found
}
