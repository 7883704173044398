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
	"helm-runnertrust/trust/store"
)

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

// storeBundle is where Go looks for certificates on Linux, in the first bundle that is there
// (crypto/x509/root_linux.go), and in pod.SystemCertDir and its like.
const storeBundle = pod.SystemCertDir + "/ca-certificates.crt"

// goStore are the bundles that Go looks for on Linux (crypto/x509/root_linux.go).
var goStore = []string{storeBundle, pod.SystemCertDirElse + "/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/pki/tls/cacert.pem",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem"}

// runnerImage matches the images of GitLab Runner, also in another registry, by the tags that they have.
var runnerImage = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|/)gitlab-runner:((alpine|ubuntu)[0-9.]*-)?(v[0-9]+\.[0-9]+\.[0-9]+|latest|bleeding)(@sha256:[0-9a-f]+)?$|(^|/)gitlab-runner:(alpine|ubuntu)$`)
})

// A storeReader collects the store of a container.
type storeReader struct {
	Store
	*pod.Container
	err error // the first of an object that cannot be read
}

// storeOf returns the store of a container.
func storeOf(c *pod.Container) (Store, error) {
	image := manifest.Text(c.Node, "image")
	s := storeReader{Store: Store{Mozilla: runnerImage().MatchString(image)}, Container: c}
	if !s.Mozilla {
		s.uncertain("what the image %q trusts is not known", image)
	}
	s.addVariables()
	s.addEntrypoint()
	for _, m := range c.Mounts {
		s.addMount(m.Path)
	}
	return s.Store, s.err
}

// uncertain notes the first reason why the store may have more.
func (s *Store) uncertain(format string, args ...any) {
	if s.Unsure == "" {
		s.Unsure = fmt.Sprintf(format, args...)
	}
}

// addVariables adds what the variables of crypto/x509 name.
func (s *storeReader) addVariables() {
	for _, name := range []string{"SSL_CERT_FILE", pod.CertDirVariable, entrypointVariable} {
		if object := s.Variable(name).Unseen; object != "" {
			s.uncertain("%s, of envFrom, may set %s", object, name)
		}
	}
	bundle := s.Variable("SSL_CERT_FILE")
	switch {
	case bundle.Set && bundle.Value == "":
		s.Mozilla = false
		s.uncertain("SSL_CERT_FILE is %v", pod.ErrUnknown)
	case bundle.Set && path.Clean(bundle.Value) != storeBundle:
		s.Mozilla = false
		s.uncertain("SSL_CERT_FILE replaces the bundle of the image")
		s.addFile(bundle.Value)
	}
	dirs := s.Variable(pod.CertDirVariable)
	if dirs.Set && dirs.Value == "" {
		s.uncertain("SSL_CERT_DIR is %v", pod.ErrUnknown)
		return
	}
	for dir := range strings.SplitSeq(dirs.Value, ":") {
		if dir = path.Clean(dir); dirs.Set && dir != pod.SystemCertDir && dir != pod.SystemCertDirElse { // whose mounts are looked at anyway
			s.addDir(dir)
		}
	}
}

// entrypointVariable names the file that the images' entrypoint, which the chart's script runs, copies to
// the CAs of the system and runs update-ca-certificates for (dockerfiles/runner of gitlab-runner).
const entrypointVariable = "CA_CERTIFICATES_PATH"

// addEntrypoint notes what the images' entrypoint may add, which it can only as root.
func (s *storeReader) addEntrypoint() {
	if !s.MayBeRoot() {
		return
	}
	if s.Variable(entrypointVariable).Set {
		s.uncertain("the image's entrypoint may add the file of %s", entrypointVariable)
	}
	file := path.Join(gitlabrunner.CertsDir(0, ""), "ca.crt")
	if found := s.open(file); found.State == pod.Found || found.State == pod.Unknown || found.State == pod.Unsure {
		s.uncertain("the image's entrypoint may add %s", file)
	}
}

// addMount adds what a mount puts in the place of the image's certificates, or beside them.
func (s *storeReader) addMount(at string) {
	for _, dir := range []string{pod.SystemCertDir, pod.SystemCertDirElse} {
		switch {
		case covers(at, dir):
			s.Mozilla = s.Mozilla && dir != pod.SystemCertDir
			s.addDir(dir)
		case pod.IsBelow(at, dir):
			if at == storeBundle {
				s.Mozilla = false
				s.uncertain("the mount at %s hides the bundle of the image", at)
			}
			s.addFile(at)
		}
	}
}

// addDir adds the files of a folder.
func (s *storeReader) addDir(dir string) {
	names, known := s.FileNames(dir)
	if !known {
		s.uncertain("what is in %s is not in the manifests", dir)
	}
	for _, name := range names {
		s.addFile(path.Join(dir, name))
	}
}

// addFile adds the certificates of a file.
func (s *storeReader) addFile(name string) {
	found := s.open(name)
	if found.State != pod.Found {
		s.uncertain("what is in %s is not in the manifests", name)
		return
	}
	if bundle, _, err := gitlabrunner.Parse(found.From, found.Bytes); err == nil { // else nothing is trusted
		s.Added = slices.Concat(s.Added, bundle.Certificates())
	}
}

func (s *storeReader) open(file string) pod.File {
	found, err := s.Open(file)
	s.err = cmp.Or(s.err, err)
	return found
}

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
	at, err := url.Parse(server.URL)
	if err != nil {
		return false
	}
	at.Scheme = "https" // which an http URL may lead to
	proxy, err := config.ProxyFunc()(at)
	return proxy != nil || err != nil
}
