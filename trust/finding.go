package trust

import "fmt"

// A Code names what a [Finding] or an [Error] is about, for programs and for whoever chooses what
// to advise: stable and in kebab case. Packages that find other things have codes of their own.
type Code string

// The codes of inputs that [Parse] refuses.
const (
	CodeTooLarge Code = "too-large"         // more than MaxSize
	CodeEmpty    Code = "empty"             // a file, block or bundle without any certificate
	CodeBase64   Code = "base64"            // of PEM, or of a certificate without BEGIN and END lines
	CodeUTF16    Code = "utf-16"            // text of two bytes a character
	CodeNotOne   Code = "not-a-certificate" // something else, damaged, or cut off
	CodeManifest Code = "manifest"          // of a Secret, with a certificate inside

	CodeTruncated   Code = "pem-truncated" // a BEGIN or an END line without the other
	CodeDamagedLine Code = "pem-damaged"   // what must have been a BEGIN or END line
	CodeGlued       Code = "pem-glued"     // an END line and the next BEGIN line in one
	CodeOneLine     Code = "pem-one-line"  // a block without its line breaks
	CodeHeaders     Code = "pem-headers"   // "Name: value" lines: the runner skips the block
	CodeBlockBase64 Code = "pem-base64"    // a block that does not decode
	CodeOtherBlock  Code = "other-block"   // any other label, for instance TRUSTED CERTIFICATE or X509 CRL

	CodePrivateKey   Code = "private-key"          // anywhere in the input, in whatever form
	CodePKCS12       Code = "pkcs12"               // often with a private key
	CodeRequest      Code = "certificate-request"  // what a CA makes a certificate from
	CodeTrailing     Code = "trailing-bytes"       // bytes after the certificate, for instance another one
	CodeNotCertsOnly Code = "pkcs7-not-certs-only" // PKCS#7 with more in it than certificates, or in BER

	CodeHugeKey Code = "huge-key"      // an RSA key of more than 16,384 bits
	CodeSM2     Code = "sm2"           // a key or a signature of SM2
	CodeUnseen  Code = "runner-unseen" // certificates in a form that the runner does not read

	CodeBadFingerprint Code = "bad-fingerprint" // ParseFingerprint: no SHA-256
)

// The codes of [Bundle.Check]. The first six are refusals unless forced; the last three of these are
// warnings where a CA is beside the certificate. The others are warnings.
const (
	CodeExpired        Code = "expired"
	CodeExpiredCA      Code = "expired-ca" // that is no root; a cross-signed root, for instance
	CodeNotYetValid    Code = "not-yet-valid"
	CodeHostNotCovered Code = "host-not-covered"
	CodeNameForm       Code = "name-form"       // the host's name is there, but not where clients look
	CodeIngressDefault Code = "ingress-default" // a controller's certificate for hosts without one

	CodeExpiresSoon          Code = "expires-soon"
	CodeExpiredBeside        Code = "expired-beside-valid" // the file works without it
	CodeMayNotSign           Code = "ca-may-not-sign"      // a CA without keyCertSign
	CodeIssuerMissing        Code = "issuer-missing"
	CodeOldVersion           Code = "old-version" // with extensions, which git with GnuTLS does not forgive
	CodeCertManagerTemporary Code = "cert-manager-temporary"
	CodeWeakSignature        Code = "weak-signature"
	CodeWeakKey              Code = "weak-key"
)

// The codes of [JudgeRunner], [Explain] and gitclient.Judge, besides those of Check.
const (
	CodeTrusted          Code = "trusted" // the verdict is good
	CodeUnknownAuthority Code = "unknown-authority"
	CodeIncompleteChain  Code = "incomplete-chain"
	CodeNameMismatch     Code = "name-mismatch"
	CodeInvalid          Code = "invalid-certificate"
	CodeStrictGit        Code = "git-stricter" // some git does not accept it, or only by chance
	CodeUndecided        Code = "undecided"    // no rule of git is known for the chain
)

// A Finding is one thing that a check, a fetch, a verdict or the filter found and that is no
// refusal: a diagnosis, a reason, a warning.
type Finding struct {
	Code   Code
	Object string // the Kubernetes object that it concerns, "Deployment/ci-gitlab-runner"; empty where it concerns none
	Host   string // the server as one types it for fetch, host[:port]; empty where it is not known

	// Message says what was found, in lower case and without a final period. It names the
	// certificate or the server, and the file if there is one.
	Message string
}

// Found returns a finding with a message in the form of [fmt.Sprintf].
func Found(code Code, format string, args ...any) Finding {
	return Finding{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Error is a refusal of certificates, of an argument or of a connection.
type Error struct {
	Origin  string // the file, the variable or the host:port that is at fault; an argument is quoted
	Line    int    // of the origin, from 1; 0 where there is none
	Code    Code
	Host    string // the server as one types it for fetch, host[:port]; empty where it is not known
	Message string // what is wrong: lower case, no final period
	Err     error  // the cause; may be nil
}

// Error returns "Origin:Line: Message: cause", leaving out what is empty.
func (e *Error) Error() string {
	text := e.Message
	switch {
	case e.Line > 0:
		text = fmt.Sprintf("%s:%d: %s", e.Origin, e.Line, text)
	case e.Origin != "":
		text = e.Origin + ": " + text
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// Errors returns the errors that were joined in err, each by itself, also where some of them were
// joined before; none for nil. Causes deeper down are not taken apart: together they make one fault.
func Errors(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, Errors(one)...)
	}
	return all
}
