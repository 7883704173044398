package store_test

import (
	"crypto/x509"
	"testing"
	"time"

	"golang.org/x/crypto/x509roots/fallback/bundle"

	"helm-runnertrust/trust/store"
	"helm-runnertrust/trust/trusttest"
)

// TestMozilla has every root of the list in the pool, each one for itself, with its constraint.
func TestMozilla(t *testing.T) {
	pool, count := store.Mozilla(), 0
	for root := range bundle.Roots() {
		cert, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			t.Fatal(err)
		}
		count++
		at := cert.NotBefore.Add(time.Hour)
		if _, err := cert.Verify(x509.VerifyOptions{Roots: pool, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
			t.Errorf("%v: %v", cert.Subject, err)
		}
	}
	if count < 100 {
		t.Errorf("only %d roots", count)
	}
}

// TestMozillaIsNew gives each caller a pool that the next one does not see.
func TestMozillaIsNew(t *testing.T) {
	now := time.Now()
	added := trusttest.SelfSigned(trusttest.Template{CommonName: "Root", CA: true, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}).Certificate
	pool := store.Mozilla()
	pool.AddCert(added)
	if pool.Equal(store.Mozilla()) {
		t.Error("the list has a certificate that a caller added")
	}
}
