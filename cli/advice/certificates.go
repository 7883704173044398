package advice

import "helm-runnertrust/trust"

// certificateHints has the hints about files that trust.Parse refuses, and certificates of a file or a server.
var certificateHints = map[trust.Code]hint{
	// Files that trust.Parse refuses as a whole, and the forms that it distinguishes.
	trust.CodeTooLarge: fetchAnd("give only the chain of the server: "),
	trust.CodeEmpty:    FetchInstead,
	trust.CodeNotOne:   FetchInstead,
	trust.CodeBase64:   always("decode it: base64 -d FILE > NEW.crt"),
	trust.CodeUTF16:    always("save it as UTF-8 or ANSI, or: iconv -f UTF-16 -t ASCII FILE > NEW.crt"),
	trust.CodeManifest: always("name the object in the cluster with --from-secret=NAME or --from-configmap=NAME, or take the certificate out: " +
		`kubectl get secret NAME -o go-template='{{base64decode (index .data "ca.crt")}}' > NEW.crt`),

	trust.CodePrivateKey:     always("a trust file needs no key: give only the certificates, and consider the key exposed if the file was shared"),
	trust.CodePKCS12:         always("take the certificates out, with -legacy if the ciphers are unsupported: openssl pkcs12 -in FILE -nokeys -out NEW.crt"),
	trust.CodeSM2:            always("give the server an RSA or ECDSA certificate for gitlab-runner and git; in a file, keep only that one's CA"),
	trust.CodeRequest:        after("give the certificate that the CA made from it", FetchInstead),
	trust.CodeTrailing:       after("give the file as it was exported", FetchInstead),
	trust.CodeNotCertsOnly:   always("take the certificates out: openssl pkcs7 -inform DER -in FILE -print_certs -out NEW.crt"),
	trust.CodeBadFingerprint: always("on the server: openssl x509 -in FILE -noout -fingerprint -sha256"),

	// Blocks of PEM.
	trust.CodeTruncated:   FetchInstead,
	trust.CodeDamagedLine: after("it must stand alone on its line with five dashes on each side", FetchInstead),
	trust.CodeGlued:       always(`put it back: awk '{ gsub(/----------BEGIN/, "-----\n-----BEGIN") } 1' FILE > NEW.crt`),
	trust.CodeOneLine: always(`keep its line breaks: quote it, printf '%b\n' "$VAR" > NEW.crt, ` +
		"or store it as a CI variable of the type file"),
	trust.CodeHeaders:     always("delete the header lines and the empty line after them"),
	trust.CodeBlockBase64: after("copy the block again", FetchInstead),
	trust.CodeOtherBlock:  always("keep only the certificates: openssl storeutl -certs FILE > NEW.crt"),

	// Certificates of a file or a server that can be read.
	trust.CodeExpired: fetchAnd("renew it on the server, then: "),
	trust.CodeExpiredCA: always("a cross-signed root does so: put the self-signed root of the same name, which the CA publishes, into the file instead, " +
		"and have the server leave the expired one out of its chain; any other CA: renew it on the server"),
	trust.CodeExpiresSoon:    fetchAnd("renew it on the server, then: "),
	trust.CodeExpiredBeside:  always("take it out of the file; if the server sends it, renew it there or leave it out of its chain"),
	trust.CodeMayNotSign:     always("have the CA's certificate issued again with the key usage keyCertSign"),
	trust.CodeOldVersion:     always("take it out of the file, or have it issued again with version 3"),
	trust.CodeNotYetValid:    always("check the clocks of this machine and of the CA"),
	trust.CodeHostNotCovered: fetchAnd("get the chain that the server uses now: "),
	trust.CodeNameForm:       always("have it issued again with the host as subject alternative name: DNS:NAME, or IP:ADDRESS for an address"),
	trust.CodeIngressDefault: always("look which Ingress has the host, and whether the Secret that it names is there: " +
		"kubectl get ingress -A; kubectl describe ingress NAME -n NAMESPACE; kubectl get secret SECRET -n NAMESPACE"),
	trust.CodeCertManagerTemporary: fetchAnd("wait until the Certificate is Ready, then: "),
	trust.CodeWeakSignature:        always("have it issued again with SHA-256"),
	trust.CodeWeakKey:              always("have it issued again with a longer key: RSA of at least 2048 bits, or ECDSA"),
	trust.CodeUnseen:               always("the post-renderer reads this form, and writes plain PEM: --cert=FILE"),
	trust.CodeHugeKey:              always("have it issued again with a usual key: RSA of 2048 to 4096 bits, or ECDSA"),
	trust.CodeInvalid:              always("have it issued again"),
	trust.CodeIssuerMissing: in(OfServer, "ask the administrator for the root certificate and append it to the file",
		in(OfHandshake, "append the root certificate to the file",
			// Not fetch alone: where it finds no issuer, its file would lead here again.
			fetchAnd("append the issuer's certificate, which the server's administrator has; if it is public, this finds it: "))),
}
