package trust_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// TestExplain covers errors that no server of the scenarios causes.
func TestExplain(t *testing.T) {
	id := trusttest.SelfSigned(leaf("gitlab.test")).Certificate
	for want, err := range map[trust.Code]error{
		"unknown-authority":   x509.UnknownAuthorityError{},
		"invalid-certificate": x509.CertificateInvalidError{Cert: id, Reason: x509.NotAuthorizedToSign},
		"name-mismatch":       &tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: id, Host: "x"}},
		"expired":             x509.CertificateInvalidError{Cert: id, Reason: x509.Expired},
	} {
		now := noon
		if want == "expired" {
			now = noon.Add(9999 * day)
		}
		f := trust.Explain(fmt.Errorf("wrapped: %w", err), nil, now)
		if f.Code != want || f.Message == "" {
			t.Errorf("%s: %#v", want, f)
		}
	}
	over := x509.CertificateInvalidError{Cert: id, Reason: x509.NotAuthorizedToSign}
	if f := trust.Explain(over, nil, noon.Add(9999*day)); f.Code != trust.CodeInvalid {
		t.Errorf("expired, and no CA: %#v", f)
	}
	f := trust.Explain(x509.UnhandledCriticalExtension{}, nil, noon)
	if want := "the certificate is not acceptable: unhandled critical extension"; f.Code != trust.CodeInvalid || f.Message != want {
		t.Errorf("got %#v", f)
	}
	if f := trust.Explain(errors.New("other"), nil, noon); f.Code != trust.CodeInvalid {
		t.Errorf("got %#v", f)
	}
}
