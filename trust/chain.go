package trust

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"
)

// maxPath bounds the length of a chain: real ones have three or four certificates.
const maxPath = 16

// maxSameSubject bounds how many issuers of one subject are told apart by their signatures: in a
// hostile file, checking all would take minutes.
const maxSameSubject = 16

// leafToRoot orders certificates so that chains stay together, and drops those that are there twice. It goes by
// names and key identifiers, so that no signature is checked.
func leafToRoot(certs []*x509.Certificate) []*x509.Certificate {
	var paths []*x509.Certificate
	for _, c := range certs {
		if !slices.ContainsFunc(paths, c.Equal) {
			paths = append(paths, pathBy(likelyIssuer, c, certs)...)
		}
	}
	// Of an issuer that ends several paths, the last one is behind all that it issued.
	slices.Reverse(paths)
	ordered := distinct(paths)
	slices.Reverse(ordered)
	return ordered
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

// PathFrom walks from c to its issuers among certs, until a self-signed certificate, until no
// issuer is left or until maxPath. Of several issuers it takes a root before a cross-signed one, then the
// first in the order of certs, and visits none twice.
func PathFrom(c *x509.Certificate, certs []*x509.Certificate) []*x509.Certificate {
	return pathBy(issued, c, certs)
}

func pathBy(issued func(issuer, c *x509.Certificate) bool, c *x509.Certificate, certs []*x509.Certificate) []*x509.Certificate {
	path := []*x509.Certificate{c}
	for len(path) < maxPath && !issued(c, c) {
		var issuers []*x509.Certificate
		checked := 0
		for _, candidate := range certs {
			if !likelyIssuer(candidate, c) || slices.ContainsFunc(path, candidate.Equal) {
				continue
			}
			if checked++; checked <= maxSameSubject && issued(candidate, c) {
				issuers = append(issuers, candidate)
			}
		}
		if len(issuers) == 0 {
			break
		}
		root := slices.IndexFunc(issuers, func(i *x509.Certificate) bool { return issued(i, i) })
		c = issuers[max(root, 0)]
		path = append(path, c)
	}
	return path
}
