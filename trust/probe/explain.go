package probe

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"helm-runnertrust/trust"
)

// Explain puts an error of connecting or of the handshake into terms that a person can act on. What
// is wrong with the certificates that came is for [trust.Explain].
func Explain(err error) trust.Finding {
	if refusal, ok := errors.AsType[*trust.Error](err); ok {
		return trust.Finding{Code: refusal.Code, Message: refusal.Error()}
	}
	return cmp.Or(explainNetwork(err), explainProtocol(err), trust.Found(CodeHandshakeFailed, "the handshake failed: %s", err))
}

// explainNetwork explains why there is no connection, or no answer; the zero value is for other errors.
func explainNetwork(err error) trust.Finding {
	op, ok := errors.AsType[*net.OpError](err)
	dialing := ok && op.Op == "dial"
	dns, unresolved := errors.AsType[*net.DNSError](err)
	timeout, timed := errors.AsType[net.Error](err)
	switch {
	case unresolved:
		return trust.Found(CodeUnresolvable, "the name %q cannot be resolved here", dns.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return trust.Found(CodeRefused, "nothing listens on the port: the connection is refused")
	case dialing && op.Timeout():
		return trust.Found(CodeNoAnswer, "no answer from the address")
	case dialing:
		return trust.Found(CodeUnreachable, "the address cannot be reached")
	case errors.Is(err, context.DeadlineExceeded), timed && timeout.Timeout():
		return trust.Found(CodeTimeout, "the server accepts the connection and then says nothing")
	}
	return trust.Finding{}
}

// explainProtocol tells the server's alerts apart by their text, because crypto/tls does not export
// their type (Go 1.26, alert.go).
func explainProtocol(err error) trust.Finding {
	_, noRecord := errors.AsType[tls.RecordHeaderError](err)
	says := func(text string) bool { return strings.Contains(err.Error(), text) }
	switch {
	case noRecord:
		return trust.Found(CodeNotTLS, "the server does not speak TLS on this port; it may be plain HTTP")
	case says("tls: certificate required"):
		return clientCertificate()
	case says("containing RSA key larger than"): // crypto/tls's limit, and so the runner's: 8,192 bits
		return trust.Found(trust.CodeHugeKey, "the server sends a certificate with an RSA key of more than 8192 bits, which Go and so the runner refuse")
	case says("failed to parse certificate from server") && says("unsupported elliptic curve"):
		return trust.Found(trust.CodeSM2, "the server sends a certificate with a key on a curve that gitlab-runner does not know, most likely SM2")
	case says("remote error: tls: handshake failure"):
		return trust.Found(CodeNothingInCommon, "the server ends the handshake: it has no certificate or no cipher that gitlab-runner can use")
	case says("tls: protocol version not supported"), says("server selected unsupported protocol version"):
		return trust.Found(CodeProtocolTooOld, "the server speaks no TLS newer than 1.1; the runner needs TLS 1.2")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return trust.Found(CodeClosed, "the server closes the connection during the handshake")
	}
	return trust.Finding{}
}

func clientCertificate() trust.Finding {
	return trust.Found(CodeClientCertificate, "the server demands a client certificate, which a trust file does not give")
}
