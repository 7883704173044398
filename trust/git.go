package trust

import (
	"crypto/x509"
	"fmt"
	"slices"
)

// git judges as git does with the file as GIT_SSL_CAINFO. Which library it was built with is
// not known (GnuTLS on Debian and Ubuntu, OpenSSL in the runner's Alpine image), so that the
// answer is yes only if both accept. Seen with git 2.39 on GnuTLS 3.7 and curl 7.88 on OpenSSL
// 3.0: both take a chain up to any certificate of the file, root or not, and take the common
// name when there is no other name.
func (j judgement) git(pool *x509.CertPool) Verdict {
	v := j.verdict(withCommonName(j.sent[0]), x509.VerifyOptions{Roots: pool, DNSName: j.host})
	if !v.OK() {
		return v
	}
	if f, weak := j.weak(); weak {
		return Failed(f)
	}
	if !j.gnuTLSAnchor() {
		return Failed(Finding{
			Code: CodeStrictGit,
			Message: fmt.Sprintf("%s holds the server's certificate but none of the issuers that the server sends with it: git with GnuTLS refuses that",
				j.file.origin),
		})
	}
	if path := j.path(); !SelfSigned(path[len(path)-1]) || !contains(j.file.certificates, path[len(path)-1]) {
		v.Warnings = append(v.Warnings, Finding{
			Code:    CodeIssuerMissing,
			Message: fmt.Sprintf("%s does not reach the root: older git (with a curl before 7.68 on OpenSSL) refuses that", j.file.origin),
		})
	}
	return v
}

// path is the chain from the leaf through what was sent and what the file holds.
func (j judgement) path() []*x509.Certificate {
	return PathFrom(j.sent[0], slices.Concat(j.sent, j.file.certificates))
}

// weak finds what OpenSSL refuses at security level 2, the default of Debian and Ubuntu, while
// Go accepts it: RSA under 2048 bits, and SHA-1 on a certificate that is itself in the file.
func (j judgement) weak() (Finding, bool) {
	for _, c := range j.path() {
		if bits := rsaBits(c); 0 < bits && bits < minRSABits {
			return Finding{
				Code:    CodeWeakKey,
				Message: fmt.Sprintf("certificate %s has an RSA key of %d bits, which git with OpenSSL refuses", NameOf(c), bits),
			}, true
		}
		if outdatedSignature(c) && !SelfSigned(c) {
			return weakSignature(c, "which git with OpenSSL refuses"), true
		}
	}
	return Finding{}, false
}

// gnuTLSAnchor follows how GnuTLS looks for a trusted certificate: it leaves a root at the end
// of the sent chain away, cuts the chain above the first issuer that the file holds, and then
// wants the last certificate or its issuer in the file. So a leaf in the file counts only if
// the server sends no intermediate.
func (j judgement) gnuTLSAnchor() bool {
	path := PathFrom(j.sent[0], j.sent)
	if n := len(path); n > 1 && SelfSigned(path[n-1]) {
		path = path[:n-1]
	}
	for i := 1; i < len(path); i++ {
		if contains(j.file.certificates, path[i]) {
			return true
		}
	}
	last := path[len(path)-1]
	return contains(j.file.certificates, last) || issuerAmong(last, j.file.certificates, nil) != nil
}

// withCommonName returns the certificate with its common name as DNS name if it has no subject
// alternative name, which GnuTLS and OpenSSL honour and Go does not.
func withCommonName(leaf *x509.Certificate) *x509.Certificate {
	if len(CoveredNames(leaf)) > 0 || leaf.Subject.CommonName == "" {
		return leaf
	}
	named := *leaf
	named.DNSNames = []string{leaf.Subject.CommonName}
	return &named
}
