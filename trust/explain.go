package trust

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"
)

// The codes of [Explain], beside CodeExpired, CodeNotYetValid, CodeWeakSignature and CodeProxy.
const (
	CodeUnknownAuthority  = "unknown-authority"
	CodeIncompleteChain   = "incomplete-chain"
	CodeNameMismatch      = "name-mismatch"
	CodeInvalid           = "invalid-certificate"
	CodeNotTLS            = "not-tls"
	CodeClientCertificate = "client-certificate-required"
	CodeProtocolTooOld    = "protocol-too-old"
	CodeHandshakeFailed   = "handshake-failed"
	CodeRefused           = "refused"
	CodeTimeout           = "timeout"
	CodeUnresolvable      = "unresolvable"
	CodeUnreachable       = "unreachable"
	CodeClosed            = "closed"
)

// Explain puts an error of connecting, of the handshake or of x509.Verify into terms that a
// person can act on. Sent is the chain that the server sent, as far as it is known; now is the
// time that the certificates were judged at.
func Explain(err error, sent []*x509.Certificate, now time.Time) Finding {
	var own *Error
	if errors.As(err, &own) {
		return Finding{Code: own.Code, Message: own.Error(), Hint: own.Hint}
	}
	for _, explain := range []func(error) (Finding, bool){
		explainName,
		func(err error) (Finding, bool) { return explainInvalid(err, now) },
		func(err error) (Finding, bool) { return explainAuthority(err, sent) },
		explainNetwork,
		explainProtocol,
	} {
		if f, ok := explain(err); ok {
			return f
		}
	}
	return Finding{
		Code:    CodeHandshakeFailed,
		Message: "the handshake failed: " + err.Error(),
		Hint:    "the server may offer only algorithms that Go has given up, such as RSA key exchange: enable ECDHE with AES-GCM",
	}
}

func explainName(err error) (Finding, bool) {
	var mismatch x509.HostnameError
	if !errors.As(err, &mismatch) {
		return Finding{}, false
	}
	return nameMismatch(mismatch.Certificate, mismatch.Host), true
}

func nameMismatch(leaf *x509.Certificate, host string) Finding {
	hint := "have the certificate issued again with this name as subject alternative name"
	if len(CoveredNames(leaf)) > 0 {
		hint = "use one of its names as the host, or " + hint
	}
	return Finding{
		Code:    CodeNameMismatch,
		Message: fmt.Sprintf("the certificate is not for %q: it %s", host, covers(leaf)),
		Hint:    hint,
	}
}

func explainInvalid(err error, now time.Time) (Finding, bool) {
	var invalid x509.CertificateInvalidError
	if !errors.As(err, &invalid) {
		return Finding{}, false
	}
	if f, ok := outsideValidity(invalid.Cert, now); ok && invalid.Reason == x509.Expired {
		return f, true
	}
	return Finding{
		Code:    CodeInvalid,
		Message: fmt.Sprintf("certificate %s is not acceptable: %s", nameOf(invalid.Cert), strings.TrimPrefix(invalid.Error(), "x509: ")),
		Hint:    "have it issued again",
	}, true
}

func explainAuthority(err error, sent []*x509.Certificate) (Finding, bool) {
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) {
		return Finding{}, false
	}
	if len(sent) == 0 {
		return Finding{Code: CodeUnknownAuthority, Message: "the certificate is signed by an unknown authority", Hint: hintTrust}, true
	}
	path := pathFrom(sent[0], sent)
	top := path[len(path)-1]
	for _, c := range path {
		if outdatedSignature(c) && !selfSigned(c) {
			return weakSignature(c, "which Go no longer accepts"), true
		}
	}
	switch {
	case len(path) == 1 && selfSigned(top):
		return Finding{Code: CodeUnknownAuthority, Message: fmt.Sprintf("the certificate %s is self-signed and not trusted", nameOf(top)), Hint: hintTrust}, true
	case len(path) == 1 && len(top.IssuingCertificateURL) > 0:
		return Finding{
			Code:    CodeIncompleteChain,
			Message: fmt.Sprintf("the server sends its certificate without the issuer %q", top.Issuer.String()),
			Hint:    "let the server send the whole chain, or fetch completes it: helm runnertrust fetch HOST --save FILE",
		}, true
	case selfSigned(top):
		return Finding{Code: CodeUnknownAuthority, Message: fmt.Sprintf("the chain ends in %s, which is not trusted", nameOf(top)), Hint: hintTrust}, true
	}
	return Finding{Code: CodeUnknownAuthority, Message: fmt.Sprintf("the chain ends below the issuer %q, which is not trusted", top.Issuer.String()), Hint: hintTrust}, true
}

const hintTrust = "fetch the chain and give it with --cert: helm runnertrust fetch HOST --save FILE"

func explainNetwork(err error) (Finding, bool) {
	var op *net.OpError
	var dns *net.DNSError
	var timeout net.Error
	dialing := errors.As(err, &op) && op.Op == "dial"
	switch {
	case errors.As(err, &dns):
		return Finding{Code: CodeUnresolvable, Message: fmt.Sprintf("the name %q cannot be resolved here", dns.Name), Hint: "check the spelling, or give the address with --connect ADDR"}, true
	case errors.Is(err, syscall.ECONNREFUSED):
		return Finding{Code: CodeRefused, Message: "nothing listens on the port: the connection is refused", Hint: "check host and port, and that GitLab runs"}, true
	case errors.Is(err, context.Canceled):
		return Finding{Code: CodeTimeout, Message: "interrupted"}, true
	case dialing && op.Timeout():
		return Finding{Code: CodeTimeout, Message: "no answer from the address", Hint: "a firewall may drop the packets: check host, port and network"}, true
	case dialing:
		return Finding{Code: CodeUnreachable, Message: "the address cannot be reached", Hint: "check host, port and network"}, true
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return Finding{Code: CodeTimeout, Message: "the server accepts the connection and then says nothing", Hint: "it may not speak TLS on this port: check the port"}, true
	}
	return Finding{}, false
}

// explainProtocol tells the server's alerts apart by their text, because crypto/tls does not
// export their type (Go 1.26, alert.go).
func explainProtocol(err error) (Finding, bool) {
	var record tls.RecordHeaderError
	says := func(text string) bool { return strings.Contains(err.Error(), text) }
	switch {
	case errors.As(err, &record):
		return Finding{Code: CodeNotTLS, Message: "the server does not speak TLS on this port; it may be plain HTTP", Hint: "check the port, 443 is usual for https"}, true
	case errors.Is(err, errNoClientCertificate), says("tls: certificate required"):
		return clientCertificate(), true
	case says("tls: protocol version not supported"), says("server selected unsupported protocol version"):
		return Finding{Code: CodeProtocolTooOld, Message: "the server speaks no TLS newer than 1.1; the runner needs TLS 1.2", Hint: "enable TLS 1.2 or 1.3 on the server"}, true
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Finding{Code: CodeClosed, Message: "the server closes the connection during the handshake", Hint: "a load balancer without a server behind it, or one that does not know this host name, does so: check host and port"}, true
	}
	return Finding{}, false
}

func clientCertificate() Finding {
	return Finding{
		Code:    CodeClientCertificate,
		Message: "the server demands a client certificate, which a trust file does not give",
		Hint:    "give the runner one with tls-cert-file and tls-key-file, or do not demand it for GitLab",
	}
}
