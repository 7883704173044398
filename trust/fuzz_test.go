package trust_test

import (
	"bytes"
	"regexp"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

var onlyCertificates = regexp.MustCompile(`\A(-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=]+\n)+-----END CERTIFICATE-----\n)+\z`)

// FuzzParse: what is accepted is written as certificates only, and reads back as the same.
func FuzzParse(f *testing.F) {
	certs := chain()
	f.Add(trusttest.PEM(certs...))
	f.Add(trusttest.PKCS7(certs...))
	f.Add([]byte(block("PKCS7", trusttest.PKCS7(certs...))))
	f.Add(certs[0].Raw)
	seeds := 0
	for _, input := range refused(f) {
		if len(input) < 10_000 {
			f.Add([]byte(input))
			seeds++
		}
	}
	if seeds < 50 {
		f.Fatalf("only %d seeds", seeds)
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		b, err := trust.Parse("fuzz", input)
		if err != nil {
			if b != nil {
				t.Error("an error and a bundle")
			}
			return
		}
		text := b.PEM()
		if !onlyCertificates.Match(text) {
			t.Fatalf("not only certificates:\n%s", text)
		}
		again, err := trust.Parse("again", text)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again.PEM(), text) {
			t.Errorf("reads back as\n%s\nwas\n%s", again.PEM(), text)
		}
	})
}
