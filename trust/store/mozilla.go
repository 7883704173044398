// Package store has the CAs that an image trusts by itself. The images that the charts use carry
// Mozilla's list; the machine that this program runs on may trust others, a company's for instance,
// so its store says nothing about a runner.
package store

import (
	"crypto/x509"
	"sync"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// Mozilla returns a new pool with the CAs of Mozilla's list, as of the module's version in go.mod.
// A CA that Mozilla trusts only for certificates from before a date is limited to these. The list is
// parsed at the first call, so that a start costs nothing.
func Mozilla() *x509.CertPool { return mozilla().Clone() }

var mozilla = sync.OnceValue(func() *x509.CertPool {
	pool := x509.NewCertPool()
	for root := range bundle.Roots() {
		cert, err := x509.ParseCertificate(root.Certificate)
		switch {
		case err != nil: // the test counts them
		case root.Constraint == nil:
			pool.AddCert(cert)
		default:
			pool.AddCertWithConstraint(cert, root.Constraint)
		}
	}
	return pool
})
