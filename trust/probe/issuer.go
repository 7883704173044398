package probe

import (
	"bytes"
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"

	"helm-runnertrust/trust"
)

const (
	maxIssuerURLs   = 4 // per certificate
	maxIssuersTaken = 8 // certificates per answer whose signatures are looked at
	maxIssuerHeader = 64 << 10
)

// fetchIssuers asks the addresses that a certificate names for its issuer (authority information
// access, RFC 5280, section 4.2.2.1) and returns what truly signed it, followed by what signed
// that, if it is in the same answer. An address that does not answer is passed over: the diagnosis
// says that the issuer is missing.
func (c *completion) fetchIssuers(ctx context.Context, cert *x509.Certificate) []*x509.Certificate {
	for _, address := range cert.IssuingCertificateURL[:min(len(cert.IssuingCertificateURL), maxIssuerURLs)] {
		if issuers := signersOf(ctx, cert, c.fetchCertificates(ctx, address)); len(issuers) > 0 {
			return issuers
		}
	}
	return nil
}

// signersOf walks upwards from cert and takes only what signed the certificate below and may sign
// certificates. Time is given to few candidates, and only until ctx is done: a signature by an
// unusual key takes a while.
func signersOf(ctx context.Context, cert *x509.Certificate, candidates []*x509.Certificate) []*x509.Certificate {
	var signers []*x509.Certificate
	checked := 0
	signed := func(c *x509.Certificate) bool {
		if !bytes.Equal(c.RawSubject, cert.RawIssuer) || slices.ContainsFunc(signers, c.Equal) {
			return false
		}
		checked++
		return checked <= maxIssuersTaken && ctx.Err() == nil && cert.CheckSignatureFrom(c) == nil
	}
	for {
		at := slices.IndexFunc(candidates, signed)
		if at < 0 {
			return signers
		}
		cert = candidates[at]
		signers = append(signers, cert)
	}
}

// fetchCertificates gets one file over http, nil where there is none: https could not be verified without
// the very chain that is being completed, and the signature in the certificate protects it anyway. No
// redirect is followed, and nothing is sent of where the request comes from.
func (c *completion) fetchCertificates(ctx context.Context, address string) []*x509.Certificate {
	ctx, cancel := context.WithTimeout(ctx, c.dialer.timeout()/2) // time is left for the next
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || request.URL.Scheme != "http" || request.URL.User != nil || request.URL.Host == "" {
		return nil
	}
	transport := c.issuerTransport(request.URL)
	if transport == nil {
		return nil
	}
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, trust.MaxSize+1))
	if err != nil || answer.StatusCode != http.StatusOK {
		return nil
	}
	certs, _ := trust.Certificates(address, body)
	return certs
}

// issuerTransport leads to an issuer, nil where that may not be asked. Its address is checked when it
// is dialed, which is after DNS. A proxy resolves names by its own lights, so that only addresses and
// localhost can be kept from it.
func (c *completion) issuerTransport(issuer *url.URL) *http.Transport {
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: maxIssuerHeader}
	transport.DialContext = (&net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		if to, err := netip.ParseAddrPort(address); err != nil || !mayAsk(to.Addr(), c.server) {
			return net.InvalidAddrError("not an address to ask for an issuer")
		}
		return nil
	}}).DialContext
	proxy, err := c.dialer.proxyFor(issuer.Host, issuer)
	if err != nil || proxy != nil && !c.mayName(issuer.Hostname()) {
		return nil
	}
	if proxy != nil {
		transport.Proxy, transport.DialContext = http.ProxyURL(proxy), nil
	}
	return transport
}

// mayName reports whether a proxy may be asked for a host.
func (c *completion) mayName(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return mayAsk(address, c.server)
	}
	name := "." + strings.TrimSuffix(strings.ToLower(host), ".")
	return !strings.HasSuffix(name, ".localhost")
}

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
