package trust

import (
	"crypto/x509"
	"errors"
	"strings"
	"time"
)

// Explain puts an error of [x509.Certificate.Verify] or VerifyHostname into terms that a person can
// act on. Sent is the chain that the server sent, leaf first, as far as it is known; now is the
// time that the certificates were judged at.
func Explain(err error, sent []*x509.Certificate, now time.Time) Finding {
	if mismatch, ok := errors.AsType[x509.HostnameError](err); ok {
		c, host := mismatch.Certificate, mismatch.Host
		return closer(c, host, Found(CodeNameMismatch, "the certificate is not for %q: it %s", host, covers(c, host)))
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return explainAuthority(sent)
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if f := OutsideValidity(invalid.Cert, now); f != nil && invalid.Reason == x509.Expired {
			return *f
		}
		return Found(CodeInvalid, "certificate %s is not acceptable: %s", NameOf(invalid.Cert), strings.TrimPrefix(invalid.Error(), "x509: "))
	}
	return Found(CodeInvalid, "the certificate is not acceptable: %s", strings.TrimPrefix(err.Error(), "x509: "))
}

// explainAuthority says where a chain ends that leads to nothing that is trusted.
func explainAuthority(sent []*x509.Certificate) Finding {
	if len(sent) == 0 {
		return Found(CodeUnknownAuthority, "the certificate is signed by an unknown authority")
	}
	path := PathFrom(sent[0], sent)
	if weak := each(path, weakSignature, sm2Signed); len(weak) > 0 {
		return weak[0]
	}
	top := path[len(path)-1]
	switch alone, root := len(path) == 1, SelfSigned(top); {
	case alone && root:
		return Found(CodeUnknownAuthority, "the certificate %s is self-signed and not trusted", NameOf(top))
	case alone && len(top.IssuingCertificateURL) > 0:
		return Found(CodeIncompleteChain, "the server sends its certificate without the issuer %s", issuerName(top))
	case root:
		return Found(CodeUnknownAuthority, "the chain ends in %s, which is not trusted", NameOf(top))
	}
	return Found(CodeUnknownAuthority, "the chain ends below the issuer %s, which is not trusted", issuerName(top))
}
