// Package store has the CAs that an image trusts by itself. The images that the charts use carry
// Mozilla's list; the machine that this program runs on may trust others, a company's for instance,
// so its store says nothing about a runner.
package store

import (
	"crypto/x509"
	"runtime/debug"
	"sync"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// Mozilla returns a new pool with the CAs of Mozilla's list, as of the module's version in go.mod.
// A CA that Mozilla trusts only for certificates from before a date is limited to these. The list is
// parsed at the first call, so that a start costs nothing.
func Mozilla() *x509.CertPool { return mozilla().Clone() }

// Version returns the version of the module with Mozilla's list, whose date is the list's; "unknown" in a
// program without the list of its modules.
func Version() string {
	built, _ := debug.ReadBuildInfo()
	for at := 0; built != nil && at < len(built.Deps); at++ {
		if built.Deps[at].Path == "golang.org/x/crypto/x509roots/fallback" {
			return built.Deps[at].Version
		}
	}
	return "unknown"
}

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
