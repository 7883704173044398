package probe

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
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

func (d Dialer) timeout() time.Duration { return cmp.Or(max(d.Timeout, 0), 15*time.Second) }

func (d Dialer) system() *x509.CertPool { return cmp.Or(d.System, store.Mozilla()) }

// machine returns nil where this machine's pool cannot be read: it then trusts nobody.
func (d Dialer) machine() *x509.CertPool {
	pool, _ := x509.SystemCertPool()
	return cmp.Or(d.Machine, pool)
}

// connect opens the TCP connection over which the target speaks TLS, and says where it leads to.
func (d Dialer) connect(ctx context.Context, target Target) (conn net.Conn, dialed string, err error) {
	address, err := d.address(target)
	if err != nil {
		return nil, "", err
	}
	proxy, err := d.proxyFor(target.Address(), target.URL(), address.URL())
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

// proxyFor asks for the proxy of the name and of the address that stands in for it: whoever exempts one of them
// wants a direct connection. It is nil for none. What is no proxy is refused for the origin, in words that
// repeat no password.
func (d Dialer) proxyFor(origin string, all ...*url.URL) (proxy *url.URL, err error) {
	if d.Proxy == nil {
		return nil, nil
	}
	for _, u := range all {
		if proxy, err = d.Proxy(u); err != nil {
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
	return nil, &trust.Error{Origin: origin, Code: CodeProxy, Message: "its proxy is not a URL"}
}

// contact is what one handshake showed.
type contact struct {
	sent        []*x509.Certificate // as sent, leaf first
	needsClient bool                // the server refuses to go on without a client certificate
	dialed      string              // the address of the connection, or of the attempt; "" through a proxy
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
	seen.needsClient = err != nil || refusesWithoutCertificate(ctx, client, target.URL().Host)
	return seen, nil
}

// Redirect returns the target to which the server of an http URL leads the API that a runner calls; found is
// false where it answers itself. It asks once, and follows no redirect to another http URL. The error is
// the bare cause, for [Explain].
func (d Dialer) Redirect(ctx context.Context, from string) (target Target, found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(from, "/")+"/api/v4/version", nil)
	if err != nil {
		return Target{}, false, err
	}
	transport := &http.Transport{DisableKeepAlives: true,
		Proxy: func(r *http.Request) (*url.URL, error) { return d.proxyFor(r.URL.Host, r.URL) },
		DialContext: func(ctx context.Context, network, to string) (net.Conn, error) {
			if server, err := ParseTarget(to); err == nil && strings.EqualFold(server.Host, request.URL.Hostname()) {
				address, err := d.address(server)
				if err != nil {
					return nil, err
				}
				to = address.Address()
			}
			return new(net.Dialer).DialContext(ctx, network, to)
		}}
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return Target{}, false, err
	}
	defer func() { _ = answer.Body.Close() }() // nothing of it is read
	to, err := answer.Location()
	switch {
	case answer.StatusCode/100 != 3 || err != nil:
		return Target{}, false, nil
	case to.Scheme != "https":
		return Target{}, false, &trust.Error{Origin: trust.PrintableURL(from), Code: CodeScheme, Message: "it leads to " + trust.PrintableURL(to.String())}
	}
	target, err = ParseTarget(to.Host)
	return target, err == nil, err
}

// probeTime bounds the wait for a server's word after the handshake.
const probeTime = 3 * time.Second

// refusesWithoutCertificate reports whether a server that has asked for a client certificate demands one. It
// sends a request and waits for the first answer: in TLS 1.3 the client's
// handshake is over before the server has looked for the certificate (RFC 8446, section 4.4.2.4).
// nginx accepts the handshake and refuses in HTTP (ngx_http_request.c, "No required SSL certificate
// was sent").
func refusesWithoutCertificate(ctx context.Context, conn *tls.Conn, host string) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = conn.NetConn().Close() })
	defer stop()
	request := "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"
	const enough = 16 << 10
	_, err := io.WriteString(conn, request)
	var answer *http.Response
	if err == nil {
		answer, err = http.ReadResponse(bufio.NewReader(io.LimitReader(conn, enough)), nil)
	}
	if err != nil { // silence and closing are no statement about certificates
		return strings.Contains(err.Error(), "remote error: tls:")
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body) // what did not come does not matter
	return answer.StatusCode == http.StatusBadRequest && bytes.Contains(body, []byte("SSL certificate was sent"))
}
