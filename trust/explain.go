package trust

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Explain puts an error of [x509.Certificate.Verify] or VerifyHostname into terms that a person can
// act on. Sent is the chain that the server sent, leaf first, as far as it is known; now is the
// time that the certificates were judged at.
func Explain(err error, sent []*x509.Certificate, now time.Time) Finding {
	for _, explain := range []func(error) (Finding, bool){
		explainName,
		func(err error) (Finding, bool) { return explainInvalid(err, now) },
		func(err error) (Finding, bool) { return explainAuthority(err, sent) },
	} {
		if f, ok := explain(err); ok {
			return f
		}
	}
	return Finding{
		Code:    CodeInvalid,
		Message: "the certificate is not acceptable: " + strings.TrimPrefix(err.Error(), "x509: "),
	}
}

func explainName(err error) (Finding, bool) {
	mismatch, ok := errors.AsType[x509.HostnameError](err)
	if !ok {
		return Finding{}, false
	}
	return closer(mismatch.Certificate, mismatch.Host, Finding{
		Code:    CodeNameMismatch,
		Message: fmt.Sprintf("the certificate is not for %q: it %s", mismatch.Host, covers(mismatch.Certificate, mismatch.Host)),
	}), true
}

func explainInvalid(err error, now time.Time) (Finding, bool) {
	invalid, ok := errors.AsType[x509.CertificateInvalidError](err)
	if !ok {
		return Finding{}, false
	}
	if f, ok := outsideValidity(invalid.Cert, now); ok && invalid.Reason == x509.Expired {
		return f, true
	}
	return Finding{
		Code:    CodeInvalid,
		Message: fmt.Sprintf("certificate %s is not acceptable: %s", NameOf(invalid.Cert), strings.TrimPrefix(invalid.Error(), "x509: ")),
	}, true
}

func explainAuthority(err error, sent []*x509.Certificate) (Finding, bool) {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
		return Finding{}, false
	}
	if len(sent) == 0 {
		return Finding{Code: CodeUnknownAuthority, Message: "the certificate is signed by an unknown authority"}, true
	}
	path := PathFrom(sent[0], sent)
	top := path[len(path)-1]
	for _, c := range path {
		if outdatedSignature(c) && !SelfSigned(c) {
			return weakSignature(c), true
		}
		if f, ok := sm2Signed(c); ok {
			return f, true
		}
	}
	switch {
	case len(path) == 1 && SelfSigned(top):
		return Finding{Code: CodeUnknownAuthority, Message: fmt.Sprintf("the certificate %s is self-signed and not trusted", NameOf(top))}, true
	case len(path) == 1 && len(top.IssuingCertificateURL) > 0:
		return Finding{
			Code:    CodeIncompleteChain,
			Message: fmt.Sprintf("the server sends its certificate without the issuer %s", issuerName(top)),
		}, true
	case SelfSigned(top):
		return Finding{Code: CodeUnknownAuthority, Message: fmt.Sprintf("the chain ends in %s, which is not trusted", NameOf(top))}, true
	}
	return Finding{Code: CodeUnknownAuthority, Message: fmt.Sprintf("the chain ends below the issuer %s, which is not trusted", issuerName(top))}, true
}
