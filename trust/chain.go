package trust

import (
	"bytes"
	"crypto/x509"
	"errors"
)

// maxSameSubject bounds how many certificates of one subject are told apart by their signatures:
// checking all pairs of a hostile file would take minutes.
const maxSameSubject = 16

// maxSignatures bounds how many signatures are checked to put one file in order; beyond it, names
// and key identifiers decide.
const maxSignatures = 1024

// leafToRoot orders certificates so that each stands before its issuers and chains stay together;
// where that leaves a choice, the order of the input decides.
func leafToRoot(certs []*x509.Certificate) []*x509.Certificate {
	issuers := issuersOf(certs)
	pending := make([]int, len(certs)) // how many issued certificates still have to come before
	for _, above := range issuers {
		for _, i := range above {
			pending[i]++
		}
	}
	ordered := make([]*x509.Certificate, 0, len(certs))
	placed := make([]bool, len(certs))
	var place func(i int)
	place = func(i int) {
		placed[i] = true
		ordered = append(ordered, certs[i])
		for _, above := range issuers[i] {
			if pending[above]--; pending[above] == 0 && !placed[above] {
				place(above)
			}
		}
	}
	for i := range certs {
		if pending[i] == 0 && !placed[i] {
			place(i)
		}
	}
	// What is left issued each other (cross-signed roots): begin anywhere.
	for i := range certs {
		if !placed[i] {
			place(i)
		}
	}
	return ordered
}

// issuersOf returns, for each certificate, the indexes of the others that issued it.
func issuersOf(certs []*x509.Certificate) [][]int {
	bySubject := map[string][]int{}
	for i, c := range certs {
		bySubject[string(c.RawSubject)] = append(bySubject[string(c.RawSubject)], i)
	}
	issuers := make([][]int, len(certs))
	checked := 0
	signed := func(issuer, c *x509.Certificate) bool {
		if checked++; checked > maxSignatures {
			return likelyIssuer(issuer, c)
		}
		return issued(issuer, c)
	}
	for i, c := range certs {
		if signed(c, c) {
			continue
		}
		candidates := bySubject[string(c.RawIssuer)]
		for _, j := range candidates {
			if i != j && (len(candidates) > maxSameSubject || signed(certs[j], c)) {
				issuers[i] = append(issuers[i], j)
			}
		}
	}
	return issuers
}

// likelyIssuer reports what GnuTLS and OpenSSL go by when they look for an issuer: the names agree,
// and the key identifiers do if both are there. Signatures are checked only afterwards.
func likelyIssuer(issuer, c *x509.Certificate) bool {
	return bytes.Equal(issuer.RawSubject, c.RawIssuer) &&
		(len(c.AuthorityKeyId) == 0 || len(issuer.SubjectKeyId) == 0 || bytes.Equal(c.AuthorityKeyId, issuer.SubjectKeyId))
}

// issued reports whether c carries the signature of issuer. Signatures that Go no longer checks
// (MD5, SHA-1, RSA under 1024 bits) count when names and key identifiers agree: this is about the
// order of a chain, not about trust.
func issued(issuer, c *x509.Certificate) bool {
	if !likelyIssuer(issuer, c) {
		return false
	}
	err := issuer.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	_, outdated := errors.AsType[x509.InsecureAlgorithmError](err)
	bits := rsaBits(issuer)
	return err == nil || outdated || 0 < bits && bits < 1024
}

// SelfSigned reports whether c is its own issuer, by name and signature (RFC 5280, section 3.2).
func SelfSigned(c *x509.Certificate) bool { return issued(c, c) }

// authority reports whether c may issue certificates: by its basic constraints, or as a root of
// X.509 version 1, which has none and which Go and OpenSSL accept as a trust anchor.
func authority(c *x509.Certificate) bool { return c.IsCA || c.Version < 3 && SelfSigned(c) }

// maxPath bounds the length of a chain: real ones have three or four certificates.
const maxPath = 16

// PathFrom walks from c to its issuers among certs, until a self-signed certificate, until no
// issuer is left or until maxPath. Of several issuers it takes a root before a cross-signed one, then the
// first in the order of certs, and visits none twice.
func PathFrom(c *x509.Certificate, certs []*x509.Certificate) []*x509.Certificate {
	path := []*x509.Certificate{c}
	seen := map[string]bool{string(c.Raw): true}
	for len(path) < maxPath && !SelfSigned(c) {
		next := issuerAmong(c, certs, seen)
		if next == nil {
			break
		}
		path, c = append(path, next), next
		seen[string(c.Raw)] = true
	}
	return path
}

func issuerAmong(c *x509.Certificate, certs []*x509.Certificate, seen map[string]bool) *x509.Certificate {
	checked := 0
	var first *x509.Certificate
	for _, candidate := range certs {
		if seen[string(candidate.Raw)] || !bytes.Equal(candidate.RawSubject, c.RawIssuer) {
			continue
		}
		if checked++; checked > maxSameSubject {
			return first
		}
		if !issued(candidate, c) {
			continue
		}
		if SelfSigned(candidate) {
			return candidate
		}
		if first == nil {
			first = candidate
		}
	}
	return first
}
