package probe

import "helm-runnertrust/trust"

// The codes of arguments that [ParseTarget] and [Dialer] refuse.
const (
	CodeUserInURL trust.Code = "user-in-url"
	CodeScheme    trust.Code = "url-scheme"  // not https
	CodeAddress   trust.Code = "bad-address" // not HOST:PORT
	CodePort      trust.Code = "bad-port"
	CodeHostName  trust.Code = "bad-host-name" // or no host
)

// The codes of [Explain] and of the errors of [Fetch].
const (
	CodeUnresolvable      trust.Code = "unresolvable"
	CodeRefused           trust.Code = "refused"
	CodeNoAnswer          trust.Code = "no-answer" // of the address
	CodeUnreachable       trust.Code = "unreachable"
	CodeTimeout           trust.Code = "timeout" // connected, and then silence
	CodeNotTLS            trust.Code = "not-tls"
	CodeClosed            trust.Code = "closed"
	CodeProtocolTooOld    trust.Code = "protocol-too-old"
	CodeNothingInCommon   trust.Code = "nothing-in-common" // the server's alert "handshake failure"
	CodeHandshakeFailed   trust.Code = "handshake-failed"
	CodeClientCertificate trust.Code = "client-certificate-required"
	CodeProxy             trust.Code = "proxy"                // everything that a proxy refuses
	CodeFingerprint       trust.Code = "fingerprint-mismatch" // the server is not the expected one
)

// The codes of a diagnosis, besides those of [trust.Bundle.Flaws] and [trust.Explain].
const (
	CodePubliclyTrusted trust.Code = "publicly-trusted"
	CodePrivateCA       trust.Code = "private-ca"
	CodeTrustedHere     trust.Code = "trusted-here-only" // by this machine, and by no runner's image
	CodeSelfSigned      trust.Code = "self-signed"
	CodeStale           trust.Code = "stale-at-renewal" // the file has the server's own certificate
)
