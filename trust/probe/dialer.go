package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/store"
)

// Dialer says how servers are reached, and what clients trust without a file. The zero value connects
// directly, and clients trust Mozilla's list.
type Dialer struct {
	// Connect is ADDR[:PORT] to connect to instead of the target, for a name that does not resolve
	// here; the target's name is still asked for and checked. Empty: the target itself.
	Connect string
	// Proxy returns the HTTP proxy for a URL, or nil for none, as http.ProxyFromEnvironment does
	// for a request; user and password are taken from the proxy's URL. Nil: no proxy.
	Proxy func(*url.URL) (*url.URL, error)
	// Timeout bounds connecting and the handshake together, and then all fetching of issuers. Zero:
	// 15 seconds.
	Timeout time.Duration
	// System is what the runner's image trusts by itself. Nil: Mozilla's list, [store.Mozilla].
	System *x509.CertPool
	// Machine is what this machine trusts, for which no runner cares. Nil: x509.SystemCertPool.
	Machine *x509.CertPool
}

const defaultTimeout = 15 * time.Second

func (d Dialer) timeout() time.Duration {
	if d.Timeout <= 0 {
		return defaultTimeout
	}
	return d.Timeout
}

func (d Dialer) system() *x509.CertPool {
	if d.System != nil {
		return d.System
	}
	return store.Mozilla()
}

// machine returns nil where this machine's pool cannot be read: it then trusts nobody.
func (d Dialer) machine() *x509.CertPool {
	if d.Machine != nil {
		return d.Machine
	}
	pool, _ := x509.SystemCertPool()
	return pool
}

// connect opens the TCP connection over which the target speaks TLS, and says where it leads to.
func (d Dialer) connect(ctx context.Context, target Target) (conn net.Conn, dialed string, err error) {
	address, err := d.address(target)
	if err != nil {
		return nil, "", err
	}
	proxy, err := d.proxyFor(target, address)
	if err != nil {
		return nil, "", err
	}
	if proxy != nil {
		conn, err = tunnel(ctx, proxy, address.Address())
		return conn, "", err
	}
	conn, err = new(net.Dialer).DialContext(ctx, "tcp", address.Address())
	if err == nil {
		dialed = conn.RemoteAddr().String()
	} else if failed, ok := errors.AsType[*net.OpError](err); ok && failed.Addr != nil {
		dialed = failed.Addr.String()
	}
	return conn, dialed, err
}

// address is where to connect for the target.
func (d Dialer) address(target Target) (Target, error) {
	if d.Connect == "" {
		return target, nil
	}
	return parseTarget(d.Connect, target.Port)
}

// proxyFor asks for the proxy of both the name and the address that stands in for it: whoever
// exempts one of them wants a direct connection. It is nil for none.
func (d Dialer) proxyFor(target, address Target) (proxy *url.URL, err error) {
	if d.Proxy == nil {
		return nil, nil
	}
	for _, t := range []Target{target, address} {
		if proxy, err = d.Proxy(t.URL()); err != nil {
			break
		}
		if proxy == nil {
			return nil, nil
		}
	}
	if err == nil {
		// The user is cut off, so that an @ behind it is that of a password with / ? or # in it, half of
		// which was taken for the host.
		rest := *proxy
		if rest.User = nil; !trust.HasUser(rest.String()) {
			return proxy, nil
		}
	}
	// The error may repeat a password.
	return nil, &trust.Error{Origin: target.Address(), Code: CodeProxy, Message: "its proxy is not given as a URL"}
}

// contact is what one handshake showed.
type contact struct {
	sent        []*x509.Certificate // as sent, leaf first
	needsClient bool                // the server refuses to go on without a client certificate
	dialed      string              // the address of the connection, or of the attempt; "" through a proxy
}

// address is the server's, as far as it is known: the zero value through a proxy.
func (c contact) address() netip.Addr {
	server, _ := netip.ParseAddrPort(c.dialed)
	return server.Addr().Unmap()
}

// handshake speaks TLS with the target without trusting it, at the versions and with the algorithms
// that a Go program such as the runner offers (crypto/tls defaults, TLS 1.2 and up). The error is
// the bare cause, for [Explain].
func (d Dialer) handshake(ctx context.Context, target Target) (contact, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	conn, dialed, err := d.connect(ctx, target)
	seen := contact{dialed: dialed}
	if err != nil {
		return seen, err
	}
	defer func() { _ = conn.Close() }() // all that matters was read
	asked := false
	client := tls.Client(conn, &tls.Config{
		ServerName:         target.Host,
		InsecureSkipVerify: true, // what the server sends is judged afterwards
		VerifyConnection: func(state tls.ConnectionState) error {
			seen.sent = state.PeerCertificates
			return nil
		},
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			asked = true
			return new(tls.Certificate), nil
		},
	})
	err = client.HandshakeContext(ctx)
	if !asked || errors.Is(err, context.DeadlineExceeded) {
		return seen, err
	}
	// A server that insists says so in the handshake (TLS 1.2) or to the first read after it.
	if err == nil {
		err = refusesWithoutCertificate(ctx, client, target.URL().Host)
	}
	seen.needsClient = err != nil
	return seen, nil
}
