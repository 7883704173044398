package trust

// A Code names what a [Finding] or an [Error] is about, for programs and for whoever chooses what
// to advise: stable and in kebab case. Packages that find other things have codes of their own.
type Code string

// The codes of inputs that [Parse] refuses.
const (
	CodeTooLarge     Code = "too-large"         // more than MaxSize
	CodeEmpty        Code = "empty"             // a file, block or bundle without any certificate
	CodeNoBoundaries Code = "pem-boundaries"    // base64 without BEGIN and END lines
	CodeBase64       Code = "base64"            // PEM that is encoded once more
	CodeWebPage      Code = "web-page"          // HTML
	CodeUTF16        Code = "utf-16"            // text of two bytes a character
	CodeJavaKeyStore Code = "java-key-store"    // JKS
	CodeCompressed   Code = "compressed"        // gzip or ZIP
	CodeNotOne       Code = "not-a-certificate" // something else, or damaged beyond recognition
	CodeManifest     Code = "manifest"          // of a Secret or ConfigMap, with a certificate inside
	CodeMoreFaults   Code = "more-faults"       // how many are not told

	CodeTruncated   Code = "pem-truncated"       // a BEGIN or an END line without the other
	CodeBoundary    Code = "pem-damaged"         // what must have been a BEGIN or END line
	CodeGlued       Code = "pem-glued"           // an END line and the next BEGIN line in one
	CodeOneLine     Code = "pem-one-line"        // a block without its line breaks
	CodeEscaped     Code = "pem-escaped"         // line breaks as the two characters \n
	CodeHeaders     Code = "pem-headers"         // "Name: value" lines: the runner skips the block
	CodeBlockBase64 Code = "pem-base64"          // a block that does not decode
	CodeTrustedPEM  Code = "trusted-certificate" // OpenSSL's own label TRUSTED CERTIFICATE
	CodeX509PEM     Code = "x509-certificate"    // the outdated label X509 CERTIFICATE
	CodeOtherBlock  Code = "other-block"         // any other label, for instance X509 CRL

	CodePrivateKey   Code = "private-key"          // anywhere in the input, in whatever form
	CodePKCS12       Code = "pkcs12"               // often with a private key
	CodePKCS12Legacy Code = "pkcs12-legacy"        // the same, in ciphers that OpenSSL 3 has only on demand
	CodeRequest      Code = "certificate-request"  // what a CA makes a certificate from
	CodeDERTruncated Code = "der-truncated"        // a structure that is longer than the input
	CodeTrailing     Code = "trailing-bytes"       // bytes after the certificate
	CodeSeveralDER   Code = "der-several"          // certificates of DER in a row
	CodeNotCertsOnly Code = "pkcs7-not-certs-only" // PKCS#7 with more in it than certificates

	CodeHugeKey Code = "huge-key"      // an RSA key of more than 16,384 bits
	CodeSM2     Code = "sm2"           // a key or a signature of SM2
	CodeUnseen  Code = "runner-unseen" // ParseAsRunner: certificates in a form that the runner does not read

	CodeBadFingerprint Code = "bad-fingerprint" // ParseFingerprint: no SHA-256
)

// The codes of [Bundle.Check]. The first five are refusals unless forced; the last three of these are
// warnings where a CA is beside the certificate. The others are warnings.
const (
	CodeExpired        Code = "expired"
	CodeNotYetValid    Code = "not-yet-valid"
	CodeHostNotCovered Code = "host-not-covered"
	CodeNameForm       Code = "name-form"       // the host's name is there, but not where clients look
	CodeIngressDefault Code = "ingress-default" // a controller's certificate for hosts without one

	CodeExpiresSoon          Code = "expires-soon"
	CodeExpiredBeside        Code = "expired-beside-valid" // the file works without it
	CodeMayNotSign           Code = "ca-may-not-sign"      // a CA without keyCertSign
	CodeIssuerMissing        Code = "issuer-missing"
	CodeRootMissing          Code = "root-missing" // a CA, without those above it
	CodeCertManagerTemporary Code = "cert-manager-temporary"
	CodeWeakSignature        Code = "weak-signature"
	CodeWeakKey              Code = "weak-key"
)

// The codes of [Judge] and [Explain], besides those of Check.
const (
	CodeTrusted          Code = "trusted" // the verdict is good
	CodeUnknownAuthority Code = "unknown-authority"
	CodeIncompleteChain  Code = "incomplete-chain"
	CodeNameMismatch     Code = "name-mismatch"
	CodeInvalid          Code = "invalid-certificate"
	CodeStrictGit        Code = "git-stricter" // some git does not accept it, or only by chance
	CodeUndecided        Code = "undecided"    // no rule of git is known for the chain
)
