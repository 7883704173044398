package advice

import (
	"cmp"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// serverHints has the hints about names of servers, connections to them, and what they send.
var serverHints = map[trust.Code]hint{
	// The arguments that name servers.
	probe.CodeUserInURL: always("give HOST[:PORT], without anything before the @, and change the password if it was real"),
	probe.CodeScheme:    always("give the https:// URL or HOST[:PORT]"),
	probe.CodeAddress:   always("write [ADDRESS]:PORT for IPv6, HOST:PORT otherwise"),
	probe.CodePort:      always("the port of GitLab's https, 443 unless set otherwise"),
	probe.CodeHostName:  always("give HOST[:PORT] or an https URL; write a name that is not ASCII in its xn-- form"),

	// Connections to servers.
	probe.CodeUnresolvable:   noSuchName,
	probe.CodeRefused:        always("check host and port, and that GitLab runs"),
	probe.CodeNoAnswer:       always("a firewall may drop the packets: check host, port and network"),
	probe.CodeUnreachable:    always("check host, port and network"),
	probe.CodeTimeout:        always("it may not speak TLS on this port: check the port"),
	probe.CodeNotTLS:         always("check the port, 443 is usual for https"),
	probe.CodeClosed:         always("a load balancer without a server behind it, or one that does not know this host name, does so: check host and port"),
	probe.CodeProtocolTooOld: always("enable TLS 1.2 or 1.3 on the server"),
	probe.CodeNothingInCommon: always("a server with only an SM2 certificate does so, or with only old ciphers: " +
		"give it an RSA or ECDSA certificate for gitlab-runner and git, and ciphers of TLS 1.2 or 1.3"),
	probe.CodeClientCertificate: always("give the runner one with tls-cert-file and tls-key-file, or do not demand it for GitLab"),
	probe.CodeProxy:             always("see HTTPS_PROXY and NO_PROXY; user and password belong in the URL: http://USER:PASSWORD@PROXY:PORT"),
	probe.CodeFingerprint:       always("compare with the fingerprint on the server; if it differs, somebody else may be answering"),

	// What a server sends, and whether clients accept it.
	probe.CodePubliclyTrusted: always("nothing to do with the charts' images; an image of another kind may lack that CA"),
	probe.CodeTrustedHere:     in(OfServer, "give the file with --cert", fetchAnd("fetch the chain and give it to the post-renderer with --cert: ")),
	probe.CodePrivateCA:       always("give the file with --cert"),
	probe.CodeStale:           fetchAnd("whenever it is renewed: "),

	trust.CodeUnknownAuthority: fetchAnd("fetch the chain and give it to the post-renderer with --cert: "),
	trust.CodeIncompleteChain:  in(OfServer, "better still, let the server send the whole chain", fetchAnd("let the server send the whole chain, or let fetch complete it: ")),
	trust.CodeNameMismatch:     nameMismatch,
	trust.CodeUndecided:        tryGit,
	trust.CodeStrictGit:        in(OfServer, appendRoot, fetchAnd(appendRoot+"; if it is public, or the server sends it, this finds it: ")),
}

const appendRoot = "append the root certificate, which the CA's administrator has"

func noSuchName(c Context) string {
	if c.Connect != "" {
		return "check the address of --connect"
	}
	return "check the spelling, or give its address: " + cmp.Or(c.Command, fetchAnd("")(c)) + " --connect ADDR"
}

func nameMismatch(c Context) string {
	const again = "have the certificate issued again with this name as subject alternative name"
	if c.Leaf != nil && len(trust.CoveredNames(c.Leaf)) > 0 {
		return "use one of its names as the host, or " + again
	}
	return again
}

// tryGit returns what is left to do where no rule is known.
func tryGit(c Context) string {
	return "try it where the jobs run: GIT_SSL_CAINFO=FILE git ls-remote " + Quote("https://"+cmp.Or(c.Host, "HOST")+"/PROJECT.git")
}
