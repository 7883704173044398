package probe_test

import (
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// noon is the time at which the certificates of these tests are judged.
var noon = time.Date(2030, 1, 15, 12, 0, 0, 0, time.UTC)

func atNoon() time.Time { return noon }

const day = 24 * time.Hour

func ca(name string) trusttest.Template { return trusttest.CA(name, noon) }

func leaf(names ...string) trusttest.Template { return trusttest.Leaf(noon, names...) }

func bundle(t *testing.T, origin string, certs ...*x509.Certificate) *trust.Bundle {
	t.Helper()
	b, err := trust.NewBundle(origin, certs)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// codes lists the codes of findings, separated by spaces.
func codes(findings []trust.Finding) string {
	var list []string
	for _, f := range findings {
		list = append(list, string(f.Code))
	}
	return strings.Join(list, " ")
}
