package trust

import (
	"crypto/x509"
	"fmt"
	"slices"
)

// git judges as git does with the file as GIT_SSL_CAINFO.
func (j judgement) git() Verdict {
	v := JudgeGit(j.sent, j.file.certificates, j.host, j.now).Verdict
	if !v.OK() {
		return v
	}
	v.Finding.Message = fmt.Sprintf("trusted through %s, by git with GnuTLS and with OpenSSL", j.file.origin)
	if top := j.top(); !SelfSigned(top) || !contains(j.file.certificates, top) {
		v.Warnings = append(v.Warnings, Finding{
			Code:    CodeIssuerMissing,
			Message: fmt.Sprintf("%s does not reach the root: older git (with a curl before 7.68 on OpenSSL) refuses that", j.file.origin),
		})
	}
	return v
}

// top is the end of the chain from the leaf through what was sent and what the file holds.
func (j judgement) top() *x509.Certificate {
	path := PathFrom(j.sent[0], slices.Concat(j.sent, j.file.certificates))
	return path[len(path)-1]
}
