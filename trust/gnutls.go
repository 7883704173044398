package trust

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"time"
)

// toGnuTLS is the opinion of curl with GnuTLS 3.6 or later (lib/x509/verify-high.c and verify.c).
// It sorts what was sent into a list, and wants the last certificate of the list or its issuer in
// the file. What else the file holds is passed over.
func (p presented) toGnuTLS() Verdict {
	var leaf defects
	leaf.gnuTLSLeaf(p.sent[0], p.host)
	leaf.checkStapling(slices.Concat(p.sent, p.file))
	if len(p.sent) > maxPath {
		leaf.doubt("the server sends %d certificates, more than GnuTLS sorts", len(p.sent))
		return leaf.opinion()
	}
	var ways []Verdict
	for _, list := range p.gnuTLSLists() {
		ways = append(ways, append(p.gnuTLSByName(list), leaf...).opinion())
	}
	return agreed(ways, "the server sends certificates that do not belong to its chain, which git with GnuTLS may not like")
}

// gnuTLSLeaf is what is asked of the server's certificate, whether it is trusted or not.
func (d *defects) gnuTLSLeaf(leaf *x509.Certificate, host string) {
	if leaf.KeyUsage != 0 && leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		d.refuse(unacceptable(leaf, "is not for digital signatures (key usage)"))
	}
	d.gnuTLSHost(leaf, host)
}

// checkStapling has doubts about certificates that want the server to send their status, or those
// that they issue to want so (RFC 7633): only GnuTLS looks.
func (d *defects) checkStapling(certs []*x509.Certificate) {
	for _, c := range certs {
		if hasExtension(c, asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}) {
			d.doubt("certificate %s wants a status of revocation from the server", NameOf(c))
		}
	}
}

// gnuTLSLists sorts what was sent. The list ends where the file has the issuer. Otherwise newer
// versions keep certificates at its end that do not belong to the chain, and older ones do not.
func (p presented) gnuTLSLists() [][]*x509.Certificate {
	var list, first []*x509.Certificate
	for rest := distinct(p.sent); len(rest) > 0; {
		segment := sortedSegment(rest)
		list = append(list, segment...)
		rest = slices.DeleteFunc(slices.Clone(rest), func(c *x509.Certificate) bool { return contains(segment, c) })
		if first == nil {
			first = segment
		}
		last := segment[len(segment)-1]
		if slices.ContainsFunc(p.file, func(c *x509.Certificate) bool { return likelyIssuer(c, last) }) {
			break
		}
	}
	if len(list) == len(first) {
		return [][]*x509.Certificate{list}
	}
	return [][]*x509.Certificate{list, first}
}

// sortedSegment follows the first certificate to its issuers among the others.
func sortedSegment(certs []*x509.Certificate) []*x509.Certificate {
	segment := certs[:1:1]
	for {
		top := segment[len(segment)-1]
		at := slices.IndexFunc(certs, func(c *x509.Certificate) bool {
			return c != top && c != certs[0] && likelyIssuer(c, top)
		})
		if at < 0 || endsChain(top) || contains(segment, certs[at]) {
			return segment
		}
		segment = append(segment, certs[at])
	}
}

// gnuTLSByName looks for anchors among the certificates of the file that have the name of the last
// one's issuer, and if that leads to nothing, the name of the last one itself. GnuTLS goes by
// hashes of these names with 127 values: where other certificates of the file would lead elsewhere,
// chance decides.
func (p presented) gnuTLSByName(list []*x509.Certificate) defects {
	list = withoutRoot(list)
	last := list[len(list)-1]
	exact, retry := p.gnuTLSVerify(list, p.named(last.RawIssuer))
	if exact.fatal() && retry && !selfIssued(last) {
		again, _ := p.gnuTLSVerify(list, p.named(last.RawSubject))
		if !again.fatal() || exact[0].Code == CodeUnknownAuthority {
			exact = again
		}
	}
	switch chance, _ := p.gnuTLSVerify(list, p.file); {
	case exact.fatal() && !chance.fatal():
		return exact.asDoubt("git with GnuTLS hardly ever connects: ")
	case !exact.fatal() && chance.fatal():
		return chance.asDoubt("git with GnuTLS may not connect: ")
	}
	return exact
}

func (p presented) named(subject []byte) []*x509.Certificate {
	return slices.DeleteFunc(slices.Clone(p.file), func(c *x509.Certificate) bool { return !bytes.Equal(c.RawSubject, subject) })
}

func withoutRoot(list []*x509.Certificate) []*x509.Certificate {
	if n := len(list); n > 1 && endsChain(list[n-1]) {
		return list[:n-1]
	}
	return list
}

// gnuTLSVerify cuts the list at the first certificate that is trusted, and checks what is below,
// from the top. It reports whether a defect has GnuTLS try again.
func (p presented) gnuTLSVerify(list, trusted []*x509.Certificate) (d defects, retry bool) {
	for i, c := range list {
		at := slices.IndexFunc(trusted, func(t *x509.Certificate) bool { return t.Equal(c) || i > 0 && sameKey(t, c) })
		if at < 0 {
			continue
		}
		if d.checkDates(trusted[at], p.now); i == 0 || len(d) > 0 {
			return d, hasExpired(trusted[at], p.now)
		}
		list = list[:i]
		break
	}
	last := list[len(list)-1]
	issuer := p.gnuTLSIssuer(last, trusted)
	if issuer == nil {
		d.refuse(noAnchor(last))
		return d, true
	}
	retry = d.gnuTLSPath(append(slices.Clone(list), issuer), p)
	return d, retry
}

// hasExpired reports what GnuTLS calls so: a certificate that is not yet valid has not.
func hasExpired(c *x509.Certificate, now time.Time) bool {
	return !now.Before(c.NotBefore) && now.After(c.NotAfter)
}

// sameKey reports whether two certificates are of one authority, by name and key.
func sameKey(a, b *x509.Certificate) bool {
	return bytes.Equal(a.RawSubject, b.RawSubject) && bytes.Equal(a.RawSubjectPublicKeyInfo, b.RawSubjectPublicKeyInfo)
}

// gnuTLSIssuer takes the last valid one of the issuers, or the first one.
func (p presented) gnuTLSIssuer(c *x509.Certificate, trusted []*x509.Certificate) *x509.Certificate {
	var issuer *x509.Certificate
	for _, t := range trusted {
		if _, outside := outsideValidity(t, p.now); likelyIssuer(t, c) && (issuer == nil || !outside) {
			issuer = t
		}
	}
	return issuer
}

// gnuTLSPath checks a chain that ends in a trusted certificate, from there to the first link with a
// defect. Unlike OpenSSL it counts every CA against the path length, and minds no extended key
// usage.
func (d *defects) gnuTLSPath(chain []*x509.Certificate, p presented) (retry bool) {
	left := maxPath
	for i := len(chain) - 2; i >= 0 && !d.fatal(); i-- {
		c, issuer := chain[i], chain[i+1]
		if left == 0 {
			d.refuse(unacceptable(issuer, "is one CA more than those above it allow"))
			return false
		}
		left--
		if limit, limited := pathLimit(issuer); limited {
			left = min(left, limit)
		}
		d.checkIssuer(issuer, c)
		d.checkExtensions(issuer)
		d.checkDates(issuer, p.now)
		d.checkDates(c, p.now)
		weak := outdatedSignature(c) && !endsChain(c)
		if weak {
			d.refuse(weakSignature(c, "which git with GnuTLS refuses"))
		}
		if d.checkKey(c) || d.checkKey(issuer) {
			d.doubt("certificate %s or its issuer has an RSA key of less than %d bits", NameOf(c), minRSABits)
		}
		retry = weak || hasExpired(issuer, p.now) || hasExpired(c, p.now)
	}
	*d = append(*d, gnuTLSConstraints(chain)...)
	d.checkExtensions(chain[0])
	return retry
}
