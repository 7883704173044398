// Package store stands in for trust/store where the program visits the servers of the matrix.
package store

import (
	"crypto/x509"
	"os"
)

// Mozilla returns the CAs of the file that MOZILLA names, since those of the servers are new in each run.
func Mozilla() *x509.CertPool {
	text, err := os.ReadFile(os.Getenv("MOZILLA"))
	if err != nil {
		panic(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	return pool
}

// Version returns the name of this list.
func Version() string { return "matrix" }
