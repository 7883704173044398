package probe

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"helm-runnertrust/trust"
)

// Target is a server to connect to. Its constructor is [ParseTarget].
type Target struct {
	// Host is a DNS name in the case it was typed, or an IP address without brackets.
	Host string
	// Port is 1 to 65535 in decimal.
	Port string
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

// name makes findings ones about this target.
func (t Target) name(findings []trust.Finding) {
	for i := range findings {
		findings[i].Host = t.String()
	}
}

// URL is the https URL, without the port if that is 443.
func (t Target) URL() *url.URL {
	if t.Port != defaultPort {
		return &url.URL{Scheme: "https", Host: t.Address()}
	}
	if strings.Contains(t.Host, ":") {
		return &url.URL{Scheme: "https", Host: "[" + t.Host + "]"}
	}
	return &url.URL{Scheme: "https", Host: t.Host}
}

// isHostName reports whether a resolver and SNI take a name: labels of letters, digits, hyphens
// and, as found in practice, underscores (RFC 1123, section 2.1), of the lengths of RFC 1035,
// section 2.3.4. A final dot is allowed.
func isHostName(host string) bool {
	if len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || strings.ContainsFunc(label, notInLabel) {
			return false
		}
	}
	return true
}

func notInLabel(c rune) bool {
	return c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
}

// ParseTarget reads HOST, HOST:PORT, an IPv6 address with or without brackets, or an https URL
// without user, path, query and fragment. The port is 443 unless it is given. Everything else is an
// [*trust.Error] whose Origin is the quoted text, as [trust.PrintableURL] has it.
func ParseTarget(text string) (Target, error) {
	shown := strconv.Quote(trust.PrintableURL(text))
	refuse := func(code trust.Code, message string) (Target, error) {
		return Target{}, &trust.Error{Origin: shown, Code: code, Message: message}
	}
	if host, found := sshHost(text); found {
		return Target{}, &trust.Error{Origin: shown, Code: CodeSSH, Host: host,
			Message: "the address of a repository for ssh, which shows no certificate"}
	}
	if trust.HasUser(text) {
		return refuse(CodeUserInURL, "a URL with a user or password")
	}
	rest := strings.TrimSuffix(text, "/")
	if scheme, after, ok := strings.Cut(text, "://"); ok {
		if !strings.EqualFold(scheme, "https") {
			return refuse(CodeScheme, "not an https URL, so there is no certificate")
		}
		rest = strings.TrimSuffix(after, "/")
	}
	if at := strings.IndexAny(rest, "/?#"); at >= 0 {
		return refuse(CodePath, "a URL with a path")
	}
	host, port, err := splitHostPort(rest)
	if err != nil {
		return refuse(CodeAddress, err.Error())
	}
	if err := CheckPort(shown, port); err != nil {
		return Target{}, err
	}
	switch address, err := netip.ParseAddr(host); {
	case err == nil && address.Zone() == "":
		return Target{Host: host, Port: port}, nil
	case host == "":
		return refuse(CodeHostName, "no host")
	case !isHostName(host):
		if host == text {
			return refuse(CodeHostName, "not a host name")
		}
		return refuse(CodeHostName, fmt.Sprintf("%q is not a host name", host))
	}
	return Target{Host: host, Port: port}, nil
}

// sshHost is the host in an address as GitLab shows it for cloning: git@HOST:GROUP/PROJECT.git, or
// ssh://git@HOST[:PORT]/GROUP/PROJECT.git. Any user but git may be a secret, and is not taken.
func sshHost(text string) (host string, found bool) {
	rest, isURL := strings.CutPrefix(text, "ssh://")
	rest, isUser := strings.CutPrefix(rest, "git@")
	host, path, hasColon := strings.Cut(rest, ":")
	if isURL {
		host, _, _ = strings.Cut(host, "/")
	}
	isPath := isUser && hasColon && strings.Trim(path, "0123456789") != "" // no port
	return host, (isURL || isPath) && !trust.HasUser(rest) && isHostName(host)
}

// CheckPort returns nil for the decimal number of a TCP port, 1 to 65535, else an [*trust.Error]
// with this origin: what a person wrote the port in, quoted.
func CheckPort(origin, port string) error {
	if n, err := strconv.ParseUint(port, 10, 16); err == nil && n > 0 {
		return nil
	}
	return &trust.Error{Origin: origin, Code: CodePort, Message: "the port is not a number between 1 and 65535"}
}

// splitHostPort splits what may be a bare IPv6 address; the port is 443 if there is none.
func splitHostPort(text string) (host, port string, err error) {
	if _, err := netip.ParseAddr(text); err == nil {
		return text, defaultPort, nil
	}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		if inner, ok = strings.CutSuffix(inner, "]"); ok && strings.Contains(inner, ":") {
			return inner, defaultPort, nil
		}
	}
	if !strings.Contains(text, ":") {
		return text, defaultPort, nil
	}
	host, port, err = net.SplitHostPort(text)
	if err != nil {
		return "", "", errors.New("not HOST:PORT")
	}
	return host, port, nil
}
