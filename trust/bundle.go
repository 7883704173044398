// Package trust reads and judges the certificates that make a GitLab Runner trust its GitLab
// server.
//
// Every source of certificates (PEM, DER or PKCS#7 text, what a server sends) converges on
// [Bundle], which only its constructors build: at least one certificate, every byte of the input
// accounted for, no duplicate, ordered from leaf to root. What leaves the package is encoded anew,
// so nothing but certificates can be in it.
//
// Refusals are of type [*Error] and name their place; several of one input are joined with
// errors.Join. What is worth telling but no refusal is a [Finding].
//
// The package takes bytes and returns values: it opens no file and no connection, prints nothing,
// and takes the time as a parameter. Same input, same answer. Servers are asked by package probe.
package trust

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"slices"
	"strconv"
	"strings"
)

// Bundle is what a trust file holds: at least one certificate, strictly parsed, without duplicates,
// every certificate before the issuer that its names point to. Only this package builds it.
type Bundle struct {
	origin       string
	certificates []*x509.Certificate
	text         []byte // see Text
}

// NewBundle makes a bundle of certificates that were parsed elsewhere, for instance sent by a
// server. Origin names them in messages. No certificate at all is an [*Error], and so are keys that
// [CheckKeys] refuses.
func NewBundle(origin string, certs []*x509.Certificate) (*Bundle, error) {
	if len(certs) == 0 {
		return nil, &Error{Origin: origin, Code: CodeEmpty, Message: "no certificate"}
	}
	if err := CheckKeys(origin, certs); err != nil {
		return nil, err
	}
	return &Bundle{origin: origin, certificates: leafToRoot(certs)}, nil
}

// Merge joins bundles into one that carries the first one's origin; nil bundles are left out. It
// returns nil when nothing is left.
func Merge(bundles ...*Bundle) *Bundle {
	var merged *Bundle
	for _, b := range bundles {
		switch {
		case merged == nil:
			merged = b
		case b != nil:
			merged = &Bundle{origin: merged.origin, certificates: leafToRoot(slices.Concat(merged.certificates, b.certificates))}
		}
	}
	return merged
}

// Origin is the file, variable or server that the bundle came from.
func (b *Bundle) Origin() string { return b.origin }

// Certificates returns the certificates, leaf to root, in a slice of the caller's own.
func (b *Bundle) Certificates() []*x509.Certificate { return slices.Clone(b.certificates) }

// Authorities returns the bundle of the CAs among the certificates, nil without any. The first certificate is
// none of them: in a chain, that is the server's own, whatever it may issue.
func (b *Bundle) Authorities() *Bundle {
	certs := slices.DeleteFunc(slices.Clone(b.certificates[1:]), func(c *x509.Certificate) bool { return !authority(c) })
	if len(certs) == 0 {
		return nil
	}
	return &Bundle{origin: b.origin, certificates: certs}
}

// PEM returns the certificates as CERTIFICATE blocks of RFC 7468, without text between them, with
// LF line ends. Equal bundles give equal bytes.
func (b *Bundle) PEM() []byte {
	var text bytes.Buffer
	for _, c := range b.certificates {
		text.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return text.Bytes()
}

// Text returns what a client reads that has the file: the whole file of [Bundle.InFile], else the
// PEM of the certificates.
func (b *Bundle) Text() []byte {
	if b.text != nil {
		return b.text
	}
	return b.PEM()
}

// InFile returns the bundle as the part of a file that the runner reads. Others may stumble over what
// else is in its text.
func (b *Bundle) InFile(text []byte) *Bundle {
	return &Bundle{origin: b.origin, certificates: b.certificates, text: text}
}

// Fingerprint is "sha256:" and the SHA-256 of the certificate's DER in 64 lower-case hex digits.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// ParseFingerprint reads a SHA-256 fingerprint, with or without "sha256:" or "SHA256 Fingerprint="
// before it and with or without colons between the bytes, in any case, and returns it as
// [Fingerprint] writes it. Everything else is an [*Error].
func ParseFingerprint(text string) (string, error) {
	digits := strings.ToLower(strings.TrimSpace(text))
	digits = strings.TrimPrefix(digits, "sha256 fingerprint=") // openssl x509 -fingerprint -sha256
	digits = strings.TrimPrefix(digits, "sha256:")
	digits = strings.ReplaceAll(digits, ":", "")
	sum, err := hex.DecodeString(digits)
	if err != nil || len(sum) != sha256.Size {
		return "", &Error{Origin: strconv.Quote(text), Code: CodeBadFingerprint, Message: "not a SHA-256 fingerprint of 64 hex digits"}
	}
	return "sha256:" + digits, nil
}

func distinct(certs []*x509.Certificate) []*x509.Certificate {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(certs), func(c *x509.Certificate) bool {
		twice := seen[string(c.Raw)]
		seen[string(c.Raw)] = true
		return twice
	})
}
