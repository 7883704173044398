package audit

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/http/httpproxy"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/store"
)

// CodeStoreUnknown is that of a server that a runner may trust without a file.
const CodeStoreUnknown trust.Code = "store-unknown"

// A Store is what a runner trusts without a file, as far as the manifests tell.
type Store struct {
	Mozilla bool                // it has Mozilla's list, as the images of GitLab Runner do
	Added   []*x509.Certificate // what the manifests show in it
	Unsure  string              // why there may be more in it; "" where that is all
}

// Pool returns the certificates that a store has for sure.
func (s Store) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	if s.Mozilla {
		pool = store.Mozilla()
	}
	for _, cert := range s.Added {
		pool.AddCert(cert)
	}
	return pool
}

// Where Go looks for certificates on Linux (crypto/x509/root_linux.go): in the first bundle that is there,
// and in all folders.
const (
	storeBundle  = "/etc/ssl/certs/ca-certificates.crt"
	storeDir     = "/etc/ssl/certs"
	storeDirElse = "/etc/pki/tls/certs"
)

// runnerImage matches the images of GitLab Runner, also in another registry, by the tags that they have.
var runnerImage = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|/)gitlab-runner:((alpine|ubuntu)[0-9.]*-)?(v[0-9]+\.[0-9]+\.[0-9]+|latest|bleeding)(@sha256:[0-9a-f]+)?$|(^|/)gitlab-runner:(alpine|ubuntu)$`)
})

// storeOf returns the store of a container.
func (j *judge) storeOf(c *pod.Container) (Store, error) {
	image := manifest.Text(c.Node, "image")
	s := Store{Mozilla: runnerImage().MatchString(image)}
	if !s.Mozilla {
		s.uncertain("what the image %q trusts is not known", image)
	}
	if err := s.addVariables(c); err != nil {
		return s, err
	}
	if err := s.addEntrypoint(c); err != nil {
		return s, err
	}
	for _, m := range c.Mounts {
		if err := s.addMount(c, m.Path); err != nil {
			return s, err
		}
	}
	return s, nil
}

// uncertain notes the first reason why the store may have more.
func (s *Store) uncertain(format string, args ...any) {
	if s.Unsure == "" {
		s.Unsure = fmt.Sprintf(format, args...)
	}
}

// addVariables adds what the variables of crypto/x509 name.
func (s *Store) addVariables(c *pod.Container) error {
	for _, name := range []string{"SSL_CERT_FILE", "SSL_CERT_DIR", entrypointVariable} {
		if object := c.Variable(name).Unseen; object != "" {
			s.uncertain("%s, of envFrom, may set %s", object, name)
		}
	}
	bundle := c.Variable("SSL_CERT_FILE")
	switch {
	case bundle.Set && bundle.Value == "":
		s.Mozilla = false
		s.uncertain("SSL_CERT_FILE is %v", pod.ErrUnknown)
	case bundle.Set && path.Clean(bundle.Value) != storeBundle:
		s.Mozilla = false
		s.uncertain("SSL_CERT_FILE replaces the bundle of the image")
		if err := s.addFile(c, bundle.Value); err != nil {
			return err
		}
	}
	dirs := c.Variable("SSL_CERT_DIR")
	switch {
	case dirs.Set && dirs.Value == "":
		s.uncertain("SSL_CERT_DIR is %v", pod.ErrUnknown)
	case dirs.Set:
		for dir := range strings.SplitSeq(dirs.Value, ":") {
			if dir = path.Clean(dir); dir == storeDir || dir == storeDirElse {
				continue // its mounts are looked at anyway
			}
			if err := s.addDir(c, dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// entrypointVariable names the file that the images' entrypoint, which the chart's script runs, copies to
// the CAs of the system and runs update-ca-certificates for (dockerfiles/runner of gitlab-runner).
const entrypointVariable = "CA_CERTIFICATES_PATH"

// addEntrypoint notes what the images' entrypoint may add, which it can only as root.
func (s *Store) addEntrypoint(c *pod.Container) error {
	if !c.MayBeRoot() {
		return nil
	}
	if c.Variable(entrypointVariable).Set {
		s.uncertain("the image's entrypoint may add the file of %s", entrypointVariable)
	}
	file := path.Join(gitlabrunner.CertsDir(0, ""), "ca.crt")
	found, err := c.Open(file)
	if found.State == pod.Found || found.State == pod.Unknown || found.State == pod.Unsure {
		s.uncertain("the image's entrypoint may add %s", file)
	}
	return err
}

// addMount adds what a mount puts in the place of the image's certificates, or beside them.
func (s *Store) addMount(c *pod.Container, at string) error {
	for _, dir := range []string{storeDir, storeDirElse} {
		switch {
		case at == dir || pod.IsBelow(dir, at):
			s.Mozilla = s.Mozilla && dir != storeDir
			if err := s.addDir(c, dir); err != nil {
				return err
			}
		case pod.IsBelow(at, dir):
			if at == storeBundle {
				s.Mozilla = false
				s.uncertain("the mount at %s hides the bundle of the image", at)
			}
			if err := s.addFile(c, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// addDir adds the files of a folder.
func (s *Store) addDir(c *pod.Container, dir string) error {
	names, known := c.FileNames(dir)
	if !known {
		s.uncertain("what is in %s is not in the manifests", dir)
	}
	for _, name := range names {
		if err := s.addFile(c, path.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// addFile adds the certificates of a file.
func (s *Store) addFile(c *pod.Container, name string) error {
	found, err := c.Open(name)
	if err != nil {
		return err
	}
	if found.State != pod.Found {
		s.uncertain("what is in %s is not in the manifests", name)
		return nil
	}
	if bundle, _, err := gitlabrunner.Parse(found.From, found.Bytes); err == nil { // else nothing is trusted
		s.Added = slices.Concat(s.Added, bundle.Certificates())
	}
	return nil
}

// CodeProxied is that of a runner that connects through a proxy.
const CodeProxied trust.Code = "runner-proxied"

// proxied reports whether a container connects to a server through an HTTP proxy, by its environment.
func proxied(c *pod.Container, server gitlabrunner.Server) bool {
	value := func(name string) string {
		for _, spelled := range []string{name, strings.ToLower(name)} {
			if v := c.Variable(spelled); v.Set {
				return cmp.Or(v.Value, "unknown")
			}
		}
		return ""
	}
	config := httpproxy.Config{HTTPSProxy: value("HTTPS_PROXY"), NoProxy: value("NO_PROXY")}
	proxy, err := config.ProxyFunc()(&url.URL{Scheme: "https", Host: server.Address})
	return proxy != nil || err != nil
}
