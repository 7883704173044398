package probe

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"helm-runnertrust/trust"
)

const (
	maxIssuerURLs   = 4 // per certificate
	maxIssuerHops   = 3 // redirects per URL
	maxIssuersTaken = 8 // certificates per answer whose signatures are looked at
)

// fetchIssuers asks the addresses that a certificate names for its issuer (authority information
// access, RFC 5280, section 4.2.2.1) and returns what truly signed it, followed by what signed
// that, if it is in the same answer. An address that does not answer is passed over: the diagnosis
// says that the issuer is missing.
func (c *completion) fetchIssuers(ctx context.Context, cert *x509.Certificate) []*x509.Certificate {
	for _, address := range cert.IssuingCertificateURL[:min(len(cert.IssuingCertificateURL), maxIssuerURLs)] {
		answer, err := c.fetchCertificates(ctx, address)
		if err != nil {
			continue
		}
		if issuers := signersOf(ctx, cert, answer); len(issuers) > 0 {
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

var errIssuerAddress = errors.New("not a plain http address")

// fetchCertificates gets one file over http: https could not be verified without the very chain
// that is being completed, and the signature in the certificate protects it anyway.
func (c *completion) fetchCertificates(ctx context.Context, address string) ([]*x509.Certificate, error) {
	if u, err := url.Parse(address); err != nil || plainHTTP(u) != nil {
		return nil, fmt.Errorf("%q: %w", address, errIssuerAddress)
	}
	ctx, cancel := context.WithTimeout(ctx, c.dialer.timeout()/2) // time is left for the next
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := c.issuerClient().Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%q: %s", address, answer.Status)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, trust.MaxSize+1))
	if err != nil {
		return nil, err
	}
	return trust.Certificates(address, body)
}

// issuerClient follows few redirects, to plain http only, and sends no credentials but the proxy's
// own and no word of where it comes from.
func (c *completion) issuerClient() *http.Client {
	return &http.Client{
		Transport: roundTrip(c.askIssuer),
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxIssuerHops {
				return fmt.Errorf("more than %d redirects", maxIssuerHops)
			}
			r.Header.Del("Referer")
			return plainHTTP(r.URL)
		},
	}
}

func plainHTTP(u *url.URL) error {
	if u.Scheme != "http" || u.User != nil || u.Host == "" {
		return errIssuerAddress
	}
	return nil
}
