package advice

import "helm-runnertrust/trust"

// certificateEntries has the entries about files that trust.Parse refuses, and certificates of a file or a server.
var certificateEntries = map[trust.Code]Entry{
	// Files that trust.Parse refuses as a whole, and the forms that it distinguishes.
	trust.CodeTooLarge: {"larger than … (1 MiB), more than a ConfigMap can hold", "for instance a bundle of public CAs",
		fetchAnd("give only the chain of the server: ")},
	trust.CodeEmpty:  {"no certificate in it|empty|this PKCS#7 bundle holds no certificate", "an empty file, or the wrong one", FetchInstead},
	trust.CodeNotOne: {"not a certificate|a NUL byte in the text", "the wrong file, or a damaged one", FetchInstead},
	trust.CodeBase64: {"no certificate in it: the whole file is base64, as in a Kubernetes Secret", "copied from `kubectl get secret -o yaml`",
		always("decode it: base64 -d FILE > NEW.crt")},
	trust.CodeUTF16: {"this is UTF-16 text", "written by PowerShell's `>`", always("save it as UTF-8 or ANSI, or: iconv -f UTF-16 -t ASCII FILE > NEW.crt")},
	trust.CodeManifest: {"but PEM in base64, as in the manifest of a Secret", "what `kubectl get -o yaml` prints, or a file of values, instead of the certificate in it",
		always("name the object in the cluster with --from-secret=NAME or --from-configmap=NAME, or take the certificate out: " +
			`kubectl get secret NAME -o go-template='{{base64decode (index .data "ca.crt")}}' > NEW.crt`)},

	trust.CodePrivateKey: {"a private key", "the server's key is in the file, and every job would get it",
		always("a trust file needs no key: give only the certificates, " +
			"and consider the key exposed if the file was shared")},
	trust.CodePKCS12: {"a PKCS#12 file", "`.p12` or `.pfx`", always("take the certificates out, with -legacy if the ciphers are unsupported: openssl pkcs12 -in FILE -nokeys -out NEW.crt")},
	trust.CodeSM2: {"a certificate with a key on the SM2 curve|is signed with SM2|most likely SM2", "a certificate of the Chinese national algorithms, which need a client of their own",
		always("give the server an RSA or ECDSA certificate for gitlab-runner and git; in a file, keep only that one's CA")},
	trust.CodeRequest:  {"a certificate request (…), not a certificate", "`.csr`", after("give the certificate that the CA made from it", FetchInstead)},
	trust.CodeTrailing: {"trailing bytes after the certificate", "something was appended, for instance another certificate in DER", after("give the file as it was exported", FetchInstead)},
	trust.CodeNotCertsOnly: {"this PKCS#7 file is not a plain certificate bundle", "the bundle is signed",
		always("take the certificates out: openssl pkcs7 -inform DER -in FILE -print_certs -out NEW.crt")},
	trust.CodeBadFingerprint: {"not a SHA-256 fingerprint of 64 hex digits", "from `--fingerprint`",
		always("on the server: openssl x509 -in FILE -noout -fingerprint -sha256")},

	// Blocks of PEM.
	trust.CodeTruncated: {"without its END line: the block is truncated|without its BEGIN line: the block is truncated", "copied in part", FetchInstead},
	trust.CodeDamagedLine: {"a damaged BEGIN or END line", "dashes or letters are missing, or went through a chat program",
		after("it must stand alone on its line with five dashes on each side", FetchInstead)},
	trust.CodeGlued: {"an END line and the next BEGIN line are glued together", "`cat` of files without a final line break",
		always(`put it back: awk '{ gsub(/----------BEGIN/, "-----\n-----BEGIN") } 1' FILE > NEW.crt`)},
	trust.CodeOneLine: {"the whole block is on one line", "`echo $VAR` without quotes, or copied from JSON",
		always(`keep its line breaks: quote it, printf '%b\n' "$VAR" > NEW.crt, ` +
			"or store it as a CI variable of the type file")},
	trust.CodeHeaders: {"the block has headers: the runner would skip it without a word", "`Name: value` lines in the block",
		always("delete the header lines and the empty line after them")},
	trust.CodeBlockBase64: {"the block's base64 is cut off or damaged", "damaged in copying", after("copy the block again", FetchInstead)},
	trust.CodeOtherBlock: {"a block labelled …, where the runner reads only CERTIFICATE", "CRLs, parameters, public keys; `TRUSTED CERTIFICATE` of `openssl x509 -trustout`",
		always("keep only the certificates: openssl storeutl -certs FILE > NEW.crt")},

	// Certificates of a file or a server that can be read.
	trust.CodeExpired:     {"expired on …", "it was not renewed, and nothing else in the file works", fetchAnd("renew it on the server, then: ")},
	trust.CodeExpiresSoon: {"expires in … days, on …", "less than 30 days are left", fetchAnd("renew it on the server, then: ")},
	trust.CodeExpiredBeside: {"; the file works without it, until …", "an old CA is still next to the new one",
		always("take it out of the file; if the server sends it, renew it there or leave it out of its chain")},
	trust.CodeMayNotSign: {"may not sign certificates: its key usage is without keyCertSign", "clients refuse the certificates that this CA has issued",
		always("have the CA's certificate issued again with the key usage keyCertSign")},
	trust.CodeNotYetValid: {"is not valid before …", "a clock is wrong, or the certificate is too new", always("check the clocks of this machine and of the CA")},
	trust.CodeHostNotCovered: {"no certificate for host …|so the runner refuses it if the server sends it", "the certificate is another host's; beside its CA, that is a warning",
		fetchAnd("get the chain that the server uses now: ")},
	trust.CodeNameForm: {"where the runner does not look for it", "the name is only the common name, or an address is written as DNS name",
		always("have it issued again with the host as subject alternative name: DNS:NAME, or IP:ADDRESS for an address")},
	trust.CodeIngressDefault: {"is the ingress controller's default: the Ingress has no certificate for this host", "its Secret is missing or broken, is in another namespace, or no rule has the host",
		always("look which Ingress has the host, and whether the Secret that it names is there: " +
			"kubectl get ingress -A; kubectl describe ingress NAME -n NAMESPACE; kubectl get secret SECRET -n NAMESPACE")},
	trust.CodeCertManagerTemporary: {"is cert-manager's temporary one", "cert-manager has not issued the real one yet",
		fetchAnd("wait until the Certificate is Ready, then: ")},
	trust.CodeWeakSignature: {"is signed with …", "with SHA-1 or MD5", always("have it issued again with SHA-256")},
	trust.CodeWeakKey: {"has an RSA key of … bits, less than …", "OpenSSL refuses it at its usual security level; GnuTLS and Go do not",
		always("have it issued again with a longer key: RSA of at least 2048 bits, or ECDSA")},
	trust.CodeUnseen: {"the runner reads plain PEM only, and does not see all certificates here", "the file or object is mounted as it is, but is DER, indented, or begins with a byte order mark",
		always("the post-renderer reads this form, and writes plain PEM: --cert=FILE")},
	trust.CodeHugeKey: {"RSA key of … bits, more than …|which Go and so the runner refuse", "the key is too long",
		always("have it issued again with a usual key: RSA of 2048 to 4096 bits, or ECDSA")},
	trust.CodeInvalid: {"is not acceptable", "a constraint, purpose or extension of the certificate rules it out", always("have it issued again")},
	trust.CodeIssuerMissing: {"comes without its issuer …: the runner may connect, but git in its jobs may fail|the chain stops below its issuer …|does not reach the root: older git (with a curl before 7.68 on OpenSSL) refuses that", "the file, or the server, lacks the CA",
		issuerMissing},
}

func issuerMissing(c Context) string {
	switch c.Check {
	case OfServer:
		return "ask the administrator for the root certificate and append it to the file"
	case OfHandshake:
		return "append the root certificate to the file"
	}
	// Not fetch alone: where it finds no issuer, its file would lead here again.
	return "append the issuer's certificate, which the server's administrator has; " +
		fetchAnd("if it is public, this finds it: ")(c)
}
