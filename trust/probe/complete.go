package probe

import (
	"context"
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"helm-runnertrust/trust"
)

// maxHops bounds how many issuers are fetched: longer chains do not occur, endless ones could.
const maxHops = 8

// completion leads a chain upwards to its root.
type completion struct {
	dialer Dialer
	system *x509.CertPool
	now    time.Time
	public bool // the chain ends in the system's pool
}

// complete returns the chain from sent[0] upwards: to a root of the system where there is one, else
// to a self-signed certificate, else as far as issuers were sent or could be fetched.
func (c *completion) complete(ctx context.Context, sent []*x509.Certificate) []*x509.Certificate {
	ctx, cancel := context.WithTimeout(ctx, c.dialer.timeout())
	defer cancel()
	leaf, known := sent[0], slices.Clone(sent)
	for hops := 0; ; hops++ {
		if chain := c.systemChain(leaf, known); chain != nil {
			c.public = true
			return chain
		}
		path := trust.PathFrom(leaf, known)
		top := path[len(path)-1]
		if trust.SelfSigned(top) || hops == maxHops {
			return path
		}
		issuers := c.fetchIssuers(ctx, top)
		if len(issuers) == 0 {
			return path
		}
		known = append(known, issuers...)
	}
}

// systemChain returns the shortest chain to a certificate of the system's pool, which cannot be
// listed but can be asked to verify; nil when there is none. Equal lengths are decided by the
// bytes, so that the file is the same on each fetch. Too many names are not compared.
func (c *completion) systemChain(leaf *x509.Certificate, known []*x509.Certificate) []*x509.Certificate {
	if trust.ManyNames(known) != nil {
		return nil
	}
	between := x509.NewCertPool()
	for _, cert := range known {
		between.AddCert(cert)
	}
	chains, err := leaf.Verify(x509.VerifyOptions{
		Roots: c.system, Intermediates: between, CurrentTime: whileValid(leaf, c.now),
	})
	if err != nil {
		return nil
	}
	return slices.MinFunc(chains, func(a, b []*x509.Certificate) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(rawOf(a), rawOf(b))
	})
}

func rawOf(chain []*x509.Certificate) string {
	var raw strings.Builder
	for _, c := range chain {
		raw.Write(c.Raw)
	}
	return raw.String()
}
