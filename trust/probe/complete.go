package probe

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"net/netip"
	"slices"
	"time"

	"helm-runnertrust/trust"
)

// maxHops bounds how many issuers are fetched: longer chains do not occur, endless ones could.
const maxHops = 8

// completion leads a chain upwards to its root.
type completion struct {
	dialer  Dialer
	server  netip.Addr     // that is connected to; the zero value through a proxy
	system  *x509.CertPool // of the runner's image
	machine *x509.CertPool // nil where it cannot be read
	now     time.Time

	public   bool // the chain ends in the image's pool
	onlyHere bool // it ends in this machine's pool alone
}

// complete returns the chain from sent[0] upwards: to a root of the image where there is one, else to
// one of this machine, else to a self-signed certificate, else as far as issuers were sent or could
// be fetched.
func (c *completion) complete(ctx context.Context, sent []*x509.Certificate) []*x509.Certificate {
	ctx, cancel := context.WithTimeout(ctx, c.dialer.timeout())
	defer cancel()
	leaf, known := sent[0], slices.Clone(sent)
	for hops := 0; ; hops++ {
		if chain := chainTo(c.system, leaf, known, c.now); chain != nil {
			c.public = true
			return chain
		}
		if chain := chainTo(c.machine, leaf, known, c.now); chain != nil {
			c.onlyHere = true
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

// chainTo returns the shortest chain to a certificate of a pool, which cannot be listed but can be
// asked to verify; nil when there is none. Equal lengths are decided by the bytes, so that the file
// is the same on each fetch. Too many names are not compared.
func chainTo(pool *x509.CertPool, leaf *x509.Certificate, known []*x509.Certificate, now time.Time) []*x509.Certificate {
	if pool == nil || trust.ManyNames(known) != nil {
		return nil // without a pool, x509 would take this machine's
	}
	if trust.OutsideValidity(leaf, now) != nil {
		now = leaf.NotAfter // whose certificate it is does not depend on its dates
	}
	chains, err := leaf.Verify(x509.VerifyOptions{Roots: pool, Intermediates: trust.Pool(known...), CurrentTime: now})
	if err != nil {
		return nil
	}
	byBytes := func(a, b *x509.Certificate) int { return bytes.Compare(a.Raw, b.Raw) }
	return slices.MinFunc(chains, func(a, b []*x509.Certificate) int { return cmp.Or(len(a)-len(b), slices.CompareFunc(a, b, byBytes)) })
}
