package gitclient

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"slices"
	"strings"
)

// maxSignatures bounds how many signatures are checked to find out that nothing of a file is an
// anchor.
const maxSignatures = 64

// canAnchor reports whether a certificate of the file may be the anchor of what the server sends, for
// either library: it is one of those sent, has the name and key of one, or has signed one.
func canAnchor(file, sent []*x509.Certificate) bool {
	subjects := map[string][]*x509.Certificate{}
	for _, f := range file {
		name := canonical(f.Subject)
		subjects[name] = append(subjects[name], f)
	}
	checked := 0
	for _, c := range sent {
		for _, f := range subjects[canonical(c.Subject)] {
			if sameKey(f, c) {
				return true
			}
		}
		for _, f := range subjects[canonical(c.Issuer)] {
			if checked++; checked > maxSignatures || maySigned(f, c) {
				return true
			}
		}
	}
	return false
}

// maySigned reports whether the key of issuer has signed c, as far as Go can tell.
func maySigned(issuer, c *x509.Certificate) bool {
	if key, isRSA := issuer.PublicKey.(*rsa.PublicKey); isRSA && (key.N.BitLen() < minRSABits || key.N.BitLen() > maxRSABits) {
		return true
	}
	err := issuer.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	_, outdated := errors.AsType[x509.InsecureAlgorithmError](err)
	return err == nil || outdated || errors.Is(err, x509.ErrUnsupportedAlgorithm)
}

func sameKey(a, b *x509.Certificate) bool {
	return bytes.Equal(a.RawSubjectPublicKeyInfo, b.RawSubjectPublicKeyInfo)
}

// selfIssued reports whether subject and issuer have one name, whoever signed.
func selfIssued(c *x509.Certificate) bool { return bytes.Equal(c.RawSubject, c.RawIssuer) }

// canonical returns a text that is equal for all names that either library takes for equal: GnuTLS
// compares bytes, OpenSSL neither string types nor the case of ASCII nor the number of spaces
// (x_name.c, asn1_string_canon).
func canonical(name pkix.Name) string {
	var attributes []string
	for _, attribute := range name.Names {
		value, _ := attribute.Value.(string)
		attributes = append(attributes, attribute.Type.String()+"="+strings.Map(foldASCII, strings.Join(strings.Fields(value), " ")))
	}
	slices.Sort(attributes)
	return strings.Join(attributes, "\x00")
}

// foldASCII maps what is not ASCII to one character: string types encode it differently.
func foldASCII(r rune) rune {
	switch {
	case r > '~':
		return '?'
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	}
	return r
}
