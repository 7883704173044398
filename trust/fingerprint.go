package trust

import (
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ParseFingerprint reads a SHA-256 fingerprint, with or without "sha256:" or "SHA256
// Fingerprint=" before it and with or without colons between the bytes, in any case, and
// returns it as [Fingerprint] writes it. Everything else is an [*Error].
func ParseFingerprint(text string) (string, error) {
	digits := strings.ToLower(strings.TrimSpace(text))
	digits = strings.TrimPrefix(digits, "sha256 fingerprint=") // openssl x509 -fingerprint -sha256
	digits = strings.TrimPrefix(digits, "sha256:")
	digits = strings.ReplaceAll(digits, ":", "")
	sum, err := hex.DecodeString(digits)
	switch {
	case err == nil && len(sum) == 20:
		return "", &Error{Place: fmt.Sprintf("%q", text), Message: "this is a SHA-1 fingerprint", Hint: hintFingerprint}
	case err != nil || len(sum) != 32:
		return "", &Error{Place: fmt.Sprintf("%q", text), Message: "not a SHA-256 fingerprint of 64 hex digits", Hint: hintFingerprint}
	}
	return "sha256:" + digits, nil
}

const hintFingerprint = "on the server: openssl x509 -in FILE -noout -fingerprint -sha256"

// Pinned reports whether a fingerprint in the form of [ParseFingerprint] is the leaf's or that
// of a CA which the leaf verifiably descends from, for this very host. A certificate that the
// server merely sends along proves nothing and does not count. The error says what is missing
// when it is not pinned. Dates are left to the diagnosis.
func (f *Fetched) Pinned(fingerprint string) error {
	chain := f.Bundle.certificates
	leaf := f.Sent[0]
	if Fingerprint(leaf) == fingerprint {
		return nil
	}
	at := slices.IndexFunc(chain, func(c *x509.Certificate) bool { return Fingerprint(c) == fingerprint })
	refusal := &Error{
		Place:   f.Target.Address(),
		Code:    CodeFingerprint,
		Message: fmt.Sprintf("no certificate of the chain has the fingerprint %s; the leaf has %s", fingerprint, Fingerprint(leaf)),
		Hint:    "compare with the fingerprint on the server; if it differs, somebody else may be answering",
	}
	if at < 0 {
		return refusal
	}
	pool, between := x509.NewCertPool(), x509.NewCertPool()
	pool.AddCert(chain[at])
	for _, c := range chain {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: pool, Intermediates: between, DNSName: f.Target.Host, CurrentTime: whileValid(leaf, f.now),
	})
	if err != nil {
		refusal.Message = "the certificate with this fingerprint does not vouch for the server"
		refusal.Err = err
		return refusal
	}
	return nil
}

// CodeFingerprint is the code of a server that is not the expected one.
const CodeFingerprint = "fingerprint-mismatch"

// whileValid returns now, or if the certificate is not valid at it the last second at which it is:
// whose certificate it is does not depend on its dates.
func whileValid(c *x509.Certificate, now time.Time) time.Time {
	if now.Before(c.NotBefore) || now.After(c.NotAfter) {
		return c.NotAfter
	}
	return now
}
