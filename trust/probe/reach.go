package probe

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
)

var errIssuerReach = errors.New("not an address to ask for an issuer")

// mayAsk reports whether an address may be asked for an issuer. A certificate that nobody has verified
// names it, so that whoever runs the server could have this machine ask what only this machine reaches:
// link-local addresses (a cloud's metadata) and multicast never, loopback only for a server on loopback,
// private ones, where a company's PKI is, only for a server at a private one.
func mayAsk(address, server netip.Addr) bool {
	address = address.Unmap()
	switch {
	case !address.IsGlobalUnicast() && !address.IsLoopback():
		return false
	case address.IsLoopback():
		return server.IsLoopback()
	case private(address):
		return server.IsLoopback() || private(server)
	}
	return true
}

// private reports whether an address is one of a private network, or of a carrier's (RFC 6598).
func private(address netip.Addr) bool {
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10)
	return address.IsPrivate() || shared.Contains(address)
}

// roundTrip is a function as an [http.RoundTripper].
type roundTrip func(*http.Request) (*http.Response, error)

func (ask roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return ask(r) }

// askIssuer sends one request. Its address is checked when it is dialed, which is after DNS. A proxy
// resolves names by its own lights, so that only addresses and localhost can be kept from it.
func (c *completion) askIssuer(r *http.Request) (*http.Response, error) {
	const maxHeader = 64 << 10
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: maxHeader}
	proxy, err := c.dialer.proxyOf(r.URL)
	switch {
	case err != nil:
		return nil, err
	case proxy == nil:
		transport.DialContext = (&net.Dialer{Timeout: c.dialer.timeout(), Control: c.mayDial}).DialContext
	case !c.mayName(r.URL.Hostname()):
		return nil, errIssuerReach
	default:
		transport.Proxy = http.ProxyURL(proxy)
	}
	return transport.RoundTrip(r)
}

// mayDial is a control of [net.Dialer].
func (c *completion) mayDial(_, address string, _ syscall.RawConn) error {
	if to, err := netip.ParseAddrPort(address); err != nil || !mayAsk(to.Addr(), c.server) {
		return errIssuerReach
	}
	return nil
}

// mayName reports whether a proxy may be asked for a host.
func (c *completion) mayName(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return mayAsk(address, c.server)
	}
	name := "." + strings.TrimSuffix(strings.ToLower(host), ".")
	return !strings.HasSuffix(name, ".localhost")
}
