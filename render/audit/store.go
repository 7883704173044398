package audit

import (
	"crypto/x509"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// CodeStoreUnknown is that of a server that a runner may trust without a file.
const CodeStoreUnknown trust.Code = "store-unknown"

// A Store is what a runner trusts without a file, as far as the manifests tell.
type Store struct {
	Mozilla bool                // it has Mozilla's list, as the images of GitLab Runner do
	Added   []*x509.Certificate // what the manifests show in it
	Unsure  string              // why there may be more in it; "" where that is all
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

// proxied reports whether a container connects to a host through an HTTP proxy, by its environment;
// addresses in NO_PROXY do not count.
func proxied(c *pod.Container, host string) bool {
	first := func(names ...string) (value string, found bool) {
		for _, name := range names {
			if v := c.Variable(name); v.Set {
				return v.Value, true
			}
		}
		return "", false
	}
	if _, found := first("HTTPS_PROXY", "https_proxy"); !found {
		return false
	}
	exempt, _ := first("NO_PROXY", "no_proxy")
	return !slices.ContainsFunc(strings.Split(exempt, ","), func(entry string) bool {
		entry = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(entry), "*"), ".")
		return strings.TrimSpace(exempt) == "*" || entry != "" && (host == entry || strings.HasSuffix(host, "."+entry))
	})
}
