// Package gitlabrunner has the rules of gitlab-runner itself: how it names its server, which file and
// folder it looks into, and what it reads there. They are read from its source at v16.2.0 and v19.3.0,
// and seen in real pods; nothing else in the project repeats them. What Kubernetes and the chart add
// belongs in package render.
package gitlabrunner

import (
	"fmt"
	"net"
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"helm-runnertrust/trust"
)

const (
	// ServerURLVariable is the environment variable that names the GitLab server of `gitlab-runner
	// register` (commands/register.go).
	ServerURLVariable = "CI_SERVER_URL"

	// CAFileVariable is `register --tls-ca-file`. When it is set, the runner does not look into its
	// certs directory, even if the file is junk (network/client.go).
	CAFileVariable = "CI_SERVER_TLS_CA_FILE"

	// CAFileSetting is the same under [[runners]] in config.toml, and in the template that
	// registration copies from.
	CAFileSetting = "tls-ca-file"

	// ConfigFolder is the folder below HOME of a runner that is not root (commands/config_unix.go).
	ConfigFolder = ".gitlab-runner"

	// DefaultHome is the home of the user that the runner's images create.
	DefaultHome = "/home/gitlab-runner"

	rootConfigDir = "/etc/gitlab-runner"
	certsFolder   = "certs"
)

// Server is what a runner makes of CI_SERVER_URL.
type Server struct {
	URL      string // as trust.PrintableURL has it; "" for one given by its host
	Name     string // host name for TLS, in ASCII, without port and brackets: "gitlab.example.com", "fd00::1"
	CertFile string // file name that the runner opens in its certs directory, in the URL's own letters
	Plain    bool   // http://, so that the runner checks no certificate
	Address  string // as one types it for fetch: host, or host:port where the port is unusual
}

// ParseServer reads CI_SERVER_URL as the runner does. The URL has to be absolute, with http or
// https: the runner refuses everything else. An @ behind the host is refused besides: it is a
// password with / ? or # in it, half of which the runner would take for the host.
func ParseServer(rawURL string) (Server, error) {
	shown := trust.PrintableURL(rawURL)
	u, err := url.Parse(rawURL)
	if err != nil {
		return Server{}, fmt.Errorf("%q is not a URL", shown) // the cause may repeat a password
	}
	u.User = nil
	switch name := u.Hostname(); {
	case u.Scheme != "http" && u.Scheme != "https":
		return Server{}, fmt.Errorf("%q is not an http or https URL", shown)
	case name == "" || name[0] == '.':
		return Server{}, fmt.Errorf("%q has no host", shown)
	case trust.HasUser(u.String()):
		return Server{}, fmt.Errorf("%q has an @ behind its host: / ? and # of a password are written %%2F %%3F and %%23", shown)
	case strings.Contains(name, "%"):
		return Server{}, fmt.Errorf("%q has a zone, which no certificate is for", shown)
	case strings.ContainsAny(rawURL, "?#"):
		return Server{}, fmt.Errorf("%q has a ? or a #, behind which the runner would put its paths", shown)
	case !isPort(u.Port()):
		return Server{}, fmt.Errorf("%q has a port over 65535", shown)
	}
	return Server{
		URL: trust.PrintableURL(u.String()), Name: ASCIIName(u.Hostname()), CertFile: certFile(u.Host),
		Plain: u.Scheme == "http", Address: address(u),
	}, nil
}

// isPort reports whether a port of a URL is one, or none.
func isPort(port string) bool {
	_, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil
}

// address is the host, with the port unless that is the one of https.
func address(u *url.URL) string {
	name, port := ASCIIName(u.Hostname()), u.Port()
	if port == "" || port == "443" || u.Scheme != "https" {
		return name
	}
	return net.JoinHostPort(name, port)
}

// Port returns the port of a server that is not Plain.
func (s Server) Port() string {
	if _, port, err := net.SplitHostPort(s.Address); err == nil {
		return port
	}
	return "443"
}

// ForHost is the Server of https://host, for a host given without a URL: a name, an IPv4
// address or an IPv6 address without brackets.
func ForHost(host string) Server {
	if strings.Contains(host, ":") {
		return Server{Name: host, CertFile: certFile("[" + host + "]"), Address: host}
	}
	return Server{Name: ASCIIName(host), CertFile: certFile(host), Address: host}
}

// ASCIIName is the name of a host that the runner resolves, asks for and compares with the server's
// certificate: net/http turns one with other letters into punycode before it dials, and leaves it
// alone where it cannot (Go 1.26, transport.go, idnaASCIIFromURL). The URL, and so the name of the
// file, keep the letters.
func ASCIIName(host string) string {
	if !strings.ContainsFunc(host, func(c rune) bool { return c > unicode.MaxASCII }) {
		return host // upper case stays
	}
	if name, err := idna.Lookup.ToASCII(host); err == nil {
		return name
	}
	return host
}

// certFile is the name of the file for a URL's host part. The runner cuts at the first colon, port
// or not, and keeps the case, so an IPv6 address is cut too: "[fd00::1]:8443" becomes "[fd00.crt"
// (network/client.go).
func certFile(urlHost string) string {
	host, _, _ := strings.Cut(urlHost, ":")
	return host + ".crt"
}

// CertsDir is the directory that a runner with this uid and HOME searches for its CertFile: uid 0
// has one of its own, whatever HOME says (commands/config_unix.go). An unknown uid is any other
// number.
func CertsDir(uid int64, home string) string {
	if uid == 0 {
		return path.Join(rootConfigDir, certsFolder)
	}
	return path.Join(home, ConfigFolder, certsFolder)
}
