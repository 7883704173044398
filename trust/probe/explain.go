package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
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
	for _, explain := range []func(error) (trust.Finding, bool){explainNetwork, explainProtocol} {
		if f, ok := explain(err); ok {
			return f
		}
	}
	return trust.Finding{
		Code:    CodeHandshakeFailed,
		Message: "the handshake failed: " + err.Error(),
	}
}

func explainNetwork(err error) (trust.Finding, bool) {
	op, ok := errors.AsType[*net.OpError](err)
	dialing := ok && op.Op == "dial"
	dns, unresolved := errors.AsType[*net.DNSError](err)
	timeout, timed := errors.AsType[net.Error](err)
	switch {
	case unresolved:
		return trust.Finding{Code: CodeUnresolvable, Message: fmt.Sprintf("the name %q cannot be resolved here", dns.Name)}, true
	case errors.Is(err, syscall.ECONNREFUSED):
		return trust.Finding{Code: CodeRefused, Message: "nothing listens on the port: the connection is refused"}, true
	case errors.Is(err, context.Canceled):
		return trust.Finding{Code: CodeInterrupted, Message: "interrupted"}, true
	case dialing && op.Timeout():
		return trust.Finding{Code: CodeNoAnswer, Message: "no answer from the address"}, true
	case dialing:
		return trust.Finding{Code: CodeUnreachable, Message: "the address cannot be reached"}, true
	case errors.Is(err, context.DeadlineExceeded), timed && timeout.Timeout():
		return trust.Finding{Code: CodeTimeout, Message: "the server accepts the connection and then says nothing"}, true
	}
	return trust.Finding{}, false
}

// explainProtocol tells the server's alerts apart by their text, because crypto/tls does not export
// their type (Go 1.26, alert.go).
func explainProtocol(err error) (trust.Finding, bool) {
	_, noRecord := errors.AsType[tls.RecordHeaderError](err)
	says := func(text string) bool { return strings.Contains(err.Error(), text) }
	switch {
	case noRecord:
		return trust.Finding{Code: CodeNotTLS, Message: "the server does not speak TLS on this port; it may be plain HTTP"}, true
	case errors.Is(err, errNoClientCertificate), says("tls: certificate required"):
		return clientCertificate(), true
	case says("containing RSA key larger than"): // crypto/tls's limit, and so the runner's: 8,192 bits
		return trust.Finding{Code: trust.CodeHugeKey, Message: "the server sends a certificate with an RSA key of more than 8192 bits, which Go and so the runner refuse"}, true
	case says("failed to parse certificate from server") && says("unsupported elliptic curve"):
		return trust.Finding{Code: trust.CodeSM2, Message: "the server sends a certificate with a key on a curve that gitlab-runner does not know, most likely SM2"}, true
	case says("remote error: tls: handshake failure"):
		return trust.Finding{Code: CodeNothingInCommon, Message: "the server ends the handshake: it has no certificate or no cipher that gitlab-runner can use"}, true
	case says("tls: protocol version not supported"), says("server selected unsupported protocol version"):
		return trust.Finding{Code: CodeProtocolTooOld, Message: "the server speaks no TLS newer than 1.1; the runner needs TLS 1.2"}, true
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return trust.Finding{Code: CodeClosed, Message: "the server closes the connection during the handshake"}, true
	}
	return trust.Finding{}, false
}

func clientCertificate() trust.Finding {
	return trust.Finding{
		Code:    CodeClientCertificate,
		Message: "the server demands a client certificate, which a trust file does not give",
	}
}
