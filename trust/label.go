package trust

import "strings"

// refuseLabel says why a block of this label is no trust material and how to mend it; nil for
// the labels that are read: CERTIFICATE, PKCS7 and CMS (RFC 7468, sections 5, 8 and 9).
func refuseLabel(label string) *fault {
	const convert = "rewrite the file with plain CERTIFICATE blocks: openssl storeutl -certs FILE > NEW.crt"
	const others = "keep only the certificates: openssl storeutl -certs FILE > NEW.crt"
	name := label
	if len(name) > 40 {
		name = name[:40] + "..."
	}
	switch {
	case label == "CERTIFICATE", label == "PKCS7", label == "CMS":
		return nil
	case strings.Contains(label, "ENCRYPTED PRIVATE KEY"):
		return &fault{message: "an encrypted private key (" + name + ")", hint: hintKey}
	case strings.Contains(label, "PRIVATE KEY"):
		return &fault{message: "a private key (" + name + ")", hint: hintKey}
	case label == "TRUSTED CERTIFICATE":
		return &fault{message: "a TRUSTED CERTIFICATE block: only OpenSSL reads it, the runner would not", hint: convert}
	case label == "X509 CERTIFICATE", label == "X.509 CERTIFICATE":
		return &fault{message: "an " + label + " block: the runner reads only the label CERTIFICATE", hint: convert}
	case strings.HasSuffix(label, "CERTIFICATE REQUEST"):
		return &fault{message: "a certificate request (" + name + "), not a certificate", hint: hintRequest}
	case strings.HasSuffix(label, "CRL"):
		return &fault{message: "a revocation list (" + name + "), not a certificate", hint: others}
	case strings.HasSuffix(label, "PARAMETERS"), strings.HasSuffix(label, "PUBLIC KEY"):
		return &fault{message: "a block of " + name + ", not a certificate", hint: others}
	}
	return &fault{message: "a block labelled " + name + ", not a certificate", hint: others}
}
