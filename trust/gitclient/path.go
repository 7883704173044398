package gitclient

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"slices"
	"strings"
	"time"
	"unicode"

	"helm-runnertrust/trust"
)

// maxPath bounds the length of a path. GnuTLS sorts no more than 16 certificates.
const maxPath = 10

// path leads from the server's own certificate upwards: what the server sends, and what the file
// has above that.
type path struct {
	certs []*x509.Certificate
	sent  int // how many of them the server sends
	file  []*x509.Certificate
	now   time.Time
}

// newPath puts in order what the server sends, by names, and goes on in the file. It says what keeps
// that from being the only path.
func newPath(sent, file []*x509.Certificate, now time.Time) (path, *trust.Finding) {
	p := path{certs: sent[:1:1], sent: len(sent), file: file, now: now}
	for rest := slices.Clone(sent[1:]); len(rest) > 0; {
		at := slices.IndexFunc(rest, p.issuedTop)
		if at < 0 {
			return p, undecided("the server sends certificate %s, which does not belong to its chain", trust.NameOf(rest[0]))
		}
		p.certs = append(p.certs, rest[at])
		rest = slices.Delete(rest, at, at+1)
	}
	for !selfIssued(p.certs[len(p.certs)-1]) && len(p.certs) <= maxPath {
		at := slices.IndexFunc(file, p.issuedTop)
		if at < 0 {
			break
		}
		p.certs = append(p.certs, file[at])
	}
	if len(p.certs) > maxPath {
		return p, undecided("the chain has more than %d certificates", maxPath)
	}
	return p, p.ambiguity()
}

// issuedTop reports whether c has the name of who issued the last certificate, and its key identifier
// if both have one.
func (p path) issuedTop(c *x509.Certificate) bool {
	top := p.certs[len(p.certs)-1]
	return bytes.Equal(c.RawSubject, top.RawIssuer) && namesKey(top, c)
}

// namesKey reports whether the key identifiers of a certificate and its issuer agree, if both are
// there.
func namesKey(c, issuer *x509.Certificate) bool {
	return len(c.AuthorityKeyId) == 0 || len(issuer.SubjectKeyId) == 0 || bytes.Equal(c.AuthorityKeyId, issuer.SubjectKeyId)
}

// ambiguity says which name of the path leads to another certificate as well.
func (p path) ambiguity() *trust.Finding {
	names := map[string]int{}
	for i, c := range p.certs {
		name := canonical(c.Subject)
		if _, twice := names[name]; twice {
			return unusual(c, "is not the only one of its name in the chain")
		}
		names[name] = i
	}
	for _, f := range p.file {
		if i, shared := names[canonical(f.Subject)]; shared && !f.Equal(p.certs[i]) && !p.toldApart(f, i) {
			return unusual(p.certs[i], "is not the only one of its name: the file holds another")
		}
	}
	return nil
}

// toldApart reports whether both libraries know that f is not the i-th certificate, or may as well
// take it: the key identifiers differ and what either issued names one, or f has the same key and
// allows the same.
func (p path) toldApart(f *x509.Certificate, i int) bool {
	c, child := p.certs[i], p.certs[max(i-1, 0)]
	switch {
	case !bytes.Equal(f.RawSubject, c.RawSubject):
		return false
	case sameKey(f, c): // OpenSSL prefers one of the file, even one that has expired
		return certificateOddity(f, i == 0) == nil && f.MaxPathLen == c.MaxPathLen && f.MaxPathLenZero == c.MaxPathLenZero &&
			bytes.Equal(extension(f, oidNameConstraints), extension(c, oidNameConstraints)) &&
			(i == 0 || namesKey(child, f) && namesSerial(child, f)) &&
			(trust.OutsideValidity(f, p.now) == nil || slices.ContainsFunc(p.file, c.Equal))
	case i == 0 && !selfIssued(c):
		return true // nothing is issued by this name
	}
	return len(c.SubjectKeyId) > 0 && len(f.SubjectKeyId) > 0 && !bytes.Equal(c.SubjectKeyId, f.SubjectKeyId) &&
		bytes.Equal(child.AuthorityKeyId, c.SubjectKeyId)
}

// inFile reports whether the file holds the i-th certificate, or for a CA another of its name and
// key.
func (p path) inFile(i int) bool {
	return slices.ContainsFunc(p.file, func(f *x509.Certificate) bool {
		return f.Equal(p.certs[i]) || i > 0 && bytes.Equal(f.RawSubject, p.certs[i].RawSubject) && sameKey(f, p.certs[i])
	})
}

// anchored reports whether the file holds the last certificate that the server sends, besides the
// root, or its issuer: where it holds only others, it depends on GnuTLS's hashes of names.
func (p path) anchored() bool {
	last := p.sent - 1
	if last > 0 && selfIssued(p.certs[last]) {
		last--
	}
	return p.inFile(last) || last+1 < len(p.certs) && p.inFile(last+1)
}

// dateRefusal is the certificate that is not valid and that each path to the file has to pass: no other
// has its name.
func (p path) dateRefusal() *trust.Finding {
	for i, c := range p.certs {
		other := func(f *x509.Certificate) bool { return bytes.Equal(f.RawSubject, c.RawSubject) && !f.Equal(c) }
		if refusal := trust.OutsideValidity(c, p.now); refusal != nil && !slices.ContainsFunc(p.file, other) {
			return refusal
		}
		if p.inFile(i) {
			break
		}
	}
	return nil
}

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
