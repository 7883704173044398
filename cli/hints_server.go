package cli

import (
	"cmp"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// serverHints are about servers, and about the arguments that name them.
func serverHints() map[trust.Code]hint {
	return map[trust.Code]hint{
		probe.CodeUserInURL:  always("leave out everything before the @, and change the password if it was real"),
		probe.CodeSSH:        againAt("the certificate is that of its https port: "),
		probe.CodeScheme:     always("give the https:// URL or HOST[:PORT]"),
		probe.CodePath:       always("a certificate belongs to a host: give HOST[:PORT]"),
		probe.CodeAddress:    always("write [ADDRESS]:PORT for IPv6, HOST:PORT otherwise"),
		probe.CodePort:       always("the port of GitLab's https, 443 unless set otherwise"),
		probe.CodeHostName:   always("give HOST[:PORT] or an https URL; write a name that is not ASCII in its xn-- form"),
		probe.CodeConnectURL: always("write ADDR[:PORT]"),

		probe.CodeUnresolvable: noSuchName,
		probe.CodeRefused:      always("check host and port, and that GitLab runs"),
		probe.CodeNoAnswer:     always("a firewall may drop the packets: check host, port and network"),
		probe.CodeUnreachable:  always("check host, port and network"),
		probe.CodeTimeout:      always("it may not speak TLS on this port: check the port"),
		probe.CodeInterrupted:  nil,
		probe.CodeNotTLS:       always("check the port, 443 is usual for https"),
		probe.CodeClosed: always("a load balancer without a server behind it, or one that does not know this host name, " +
			"does so: check host and port"),
		probe.CodeProtocolTooOld: always("enable TLS 1.2 or 1.3 on the server"),
		probe.CodeNothingInCommon: always("a server with only an SM2 certificate does so, or with only old ciphers: " +
			"give it an RSA or ECDSA certificate for gitlab-runner and git, and ciphers of TLS 1.2 or 1.3"),
		probe.CodeHandshakeFailed:   nil, // the cause is all that is known
		probe.CodeClientCertificate: always("give the runner one with tls-cert-file and tls-key-file, or do not demand it for GitLab"),
		probe.CodeProxy: always("see HTTPS_PROXY and NO_PROXY; user and password belong in the URL: " +
			"http://USER:PASSWORD@PROXY:PORT"),
		probe.CodeSystem:      nil, // the cause is all that is known
		probe.CodeFingerprint: always("compare with the fingerprint on the server; if it differs, somebody else may be answering"),

		probe.CodePubliclyTrusted: always("nothing to do with the charts' images; an image of another kind may lack that CA"),
		probe.CodeTrustedHere:     trustedHere,
		probe.CodePrivateCA:       always("give the file with --cert"),
		probe.CodeSelfSigned:      nil, // CodeStale is told too
		probe.CodeStale:           fetchAnd("whenever it is renewed: "),

		trust.CodeTrusted:          nil,
		trust.CodeUnknownAuthority: fetchAnd("fetch the chain and give it to the post-renderer with --cert: "),
		trust.CodeIncompleteChain:  incompleteChain,
		trust.CodeNameMismatch:     nameMismatch,
		trust.CodeUndecided:        tryGit,
		trust.CodeStrictGit:        strictGit,
	}
}

func incompleteChain(t topic) string {
	if t.occasion == ofFetch {
		return "better still, let the server send the whole chain"
	}
	return fetchAnd("let the server send the whole chain, or let fetch complete it: ")(t)
}

func trustedHere(t topic) string {
	if t.occasion == ofFetch {
		return "give the file with --cert"
	}
	return fetchAnd("fetch the chain and give it to the post-renderer with --cert: ")(t)
}

// strictGit does not send whoever has just fetched to fetch.
func strictGit(t topic) string {
	const root = "append the root certificate, which the CA's administrator has"
	if t.occasion == ofFetch {
		return root
	}
	return fetchAnd(root + "; if it is public, or the server sends it, this finds it: ")(t)
}

// againAt is a text that ends in the command that was run, for the server.
func againAt(text string) hint {
	return func(t topic) string { return text + cmp.Or(t.command, fetchAnd("")(t)) }
}

func noSuchName(t topic) string {
	return againAt("check the spelling, or give its address: ")(t) + " --connect ADDR"
}

func nameMismatch(t topic) string {
	const again = "have the certificate issued again with this name as subject alternative name"
	if t.leaf != nil && len(trust.CoveredNames(t.leaf)) > 0 {
		return "use one of its names as the host, or " + again
	}
	return again
}

// tryGit is what is left to do where no rule is known.
func tryGit(t topic) string {
	return "try it where the jobs run: GIT_SSL_CAINFO=FILE git ls-remote " + shellWord("https://"+cmp.Or(t.host, "HOST")+"/PROJECT.git")
}
