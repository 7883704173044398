package probe

import (
	"cmp"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"helm-runnertrust/trust"
)

// Target is a server to connect to. Its constructor is [ParseTarget].
type Target struct {
	Host string // a DNS name in the case it was typed, or an IP address without brackets
	Port string // 1 to 65535 in decimal
}

const defaultPort = "443"

// Address is host:port, for a dialer and for messages: "[fd00::1]:443".
func (t Target) Address() string { return net.JoinHostPort(t.Host, t.Port) }

// String is what a person types for the target: the port only where it is unusual.
func (t Target) String() string {
	if t.Port == defaultPort {
		return t.Host
	}
	return t.Address()
}

// URL is the https URL, without the port if that is 443.
func (t Target) URL() *url.URL {
	return &url.URL{Scheme: "https", Host: strings.TrimSuffix(t.Address(), ":"+defaultPort)}
}

// hostName matches what a resolver and SNI take: labels of letters, digits, hyphens and, as found in
// practice, underscores (RFC 1123, section 2.1), of the length of RFC 1035, section 2.3.4. A final dot is
// allowed.
var hostName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\w[\w-]{0,62}\.)*\w[\w-]{0,62}\.?$`)
})

const maxHostName = 253

// ParseTarget reads HOST, HOST:PORT, an IPv6 address with or without brackets, or an https URL without a user, as one
// copies it: of that of a project, it takes the host. The port is 443 unless it is given. Everything else is an
// [*trust.Error] whose Origin is the quoted text, as [trust.PrintableURL] has it.
func ParseTarget(text string) (Target, error) { return parseTarget(text, defaultPort) }

func parseTarget(text, port string) (Target, error) {
	shown := strconv.Quote(trust.PrintableURL(text))
	refuse := func(code trust.Code, message string) (Target, error) {
		return Target{}, &trust.Error{Origin: shown, Code: code, Message: message}
	}
	scheme, rest, isURL := strings.Cut(text, "://")
	if !isURL {
		rest = text
	}
	if address, err := netip.ParseAddr(rest); err == nil && address.Is6() {
		rest = "[" + rest + "]"
	}
	u, err := url.Parse("https://" + rest)
	switch {
	case trust.HasUser(text):
		return refuse(CodeUserInURL, "a URL with a user or password")
	case isURL && !strings.EqualFold(scheme, "https"):
		return refuse(CodeScheme, "not an https URL, so there is no certificate")
	case err != nil:
		return refuse(CodeAddress, "not HOST:PORT") // the cause may repeat a secret
	case u.Hostname() == "":
		return refuse(CodeHostName, "no host")
	}
	target := Target{Host: u.Hostname(), Port: cmp.Or(u.Port(), port)}
	if err := CheckPort(shown, target.Port); err != nil {
		return Target{}, err
	}
	_, err = netip.ParseAddr(target.Host)
	if err != nil && !hostName().MatchString(target.Host) || len(target.Host) > maxHostName || strings.Contains(target.Host, "%") {
		return refuse(CodeHostName, "not a host name")
	}
	return target, nil
}

// CheckPort returns nil for the decimal number of a TCP port, 1 to 65535, else an [*trust.Error]
// with this origin: what a person wrote the port in, quoted.
func CheckPort(origin, port string) error {
	if n, err := strconv.ParseUint(port, 10, 16); err == nil && n > 0 {
		return nil
	}
	return &trust.Error{Origin: origin, Code: CodePort, Message: "the port is not a number between 1 and 65535"}
}
