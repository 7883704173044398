package gitclient

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"slices"
	"strings"
	"unicode"
)

// canAnchor reports whether a certificate of the file may be the anchor of what the server sends, for
// either library: it has the name and key of one that is sent, or the name of its issuer.
func canAnchor(file, sent []*x509.Certificate) bool {
	names := map[string][]*x509.Certificate{}
	for _, f := range file {
		names[canonical(f.Subject)] = append(names[canonical(f.Subject)], f)
	}
	return slices.ContainsFunc(sent, func(c *x509.Certificate) bool {
		return slices.ContainsFunc(names[canonical(c.Subject)], func(f *x509.Certificate) bool { return sameKey(f, c) }) ||
			slices.ContainsFunc(names[canonical(c.Issuer)], func(f *x509.Certificate) bool { return namesKey(c, f) })
	})
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
	if r > unicode.MaxASCII {
		return '?'
	}
	return unicode.ToLower(r)
}
