package trust

import "strings"

// refuseLabel says why a block of this label holds no certificate; nil for the labels that are
// read: CERTIFICATE, PKCS7 and CMS (RFC 7468, sections 5, 8 and 9).
func refuseLabel(label string) *fault {
	name := label
	if len(name) > 40 {
		name = name[:40] + "..."
	}
	switch {
	case label == "CERTIFICATE", label == "PKCS7", label == "CMS":
		return nil
	case strings.Contains(label, "ENCRYPTED PRIVATE KEY"):
		return &fault{code: CodePrivateKey, message: "an encrypted private key (" + name + ")"}
	case strings.Contains(label, "PRIVATE KEY"):
		return &fault{code: CodePrivateKey, message: "a private key (" + name + ")"}
	case label == "TRUSTED CERTIFICATE":
		return &fault{code: CodeTrustedPEM, message: "a TRUSTED CERTIFICATE block: only OpenSSL reads it, the runner would not"}
	case label == "X509 CERTIFICATE", label == "X.509 CERTIFICATE":
		return &fault{code: CodeX509PEM, message: "an " + label + " block: the runner reads only the label CERTIFICATE"}
	case strings.HasSuffix(label, "CERTIFICATE REQUEST"):
		return &fault{code: CodeRequest, message: "a certificate request (" + name + "), not a certificate"}
	case strings.HasSuffix(label, "CRL"):
		return &fault{code: CodeOtherBlock, message: "a revocation list (" + name + "), not a certificate"}
	case strings.HasSuffix(label, "PARAMETERS"), strings.HasSuffix(label, "PUBLIC KEY"):
		return &fault{code: CodeOtherBlock, message: "a block of " + name + ", not a certificate"}
	}
	return &fault{code: CodeOtherBlock, message: "a block labelled " + name + ", not a certificate"}
}
