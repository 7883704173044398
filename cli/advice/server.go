package advice

import (
	"cmp"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// serverEntries has the entries about names of servers, connections to them, and what they send.
var serverEntries = map[trust.Code]Entry{
	// The arguments that name servers.
	probe.CodeUserInURL: {"a URL with a user or password", "the URL of a clone with a token in it",
		always("give HOST[:PORT], without anything before the @, and change the password if it was real")},
	probe.CodeScheme: {"not an https URL, so there is no certificate", "", always("give the https:// URL or HOST[:PORT]")},
	probe.CodePath: {"a URL with a path", "the URL of a project; `fetch` and `verify` take its host, with a note",
		always("a certificate belongs to a host: give HOST[:PORT]")},
	probe.CodeAddress:  {"not HOST:PORT", "", always("write [ADDRESS]:PORT for IPv6, HOST:PORT otherwise")},
	probe.CodePort:     {"the port is not a number between 1 and 65535", "", always("the port of GitLab's https, 443 unless set otherwise")},
	probe.CodeHostName: {"not a host name|no host", "", always("give HOST[:PORT] or an https URL; write a name that is not ASCII in its xn-- form")},

	// Connections to servers.
	probe.CodeUnresolvable: {"cannot be resolved here", "the name exists only in the cluster or in another network", noSuchName},
	probe.CodeRefused:      {"nothing listens on the port: the connection is refused", "", always("check host and port, and that GitLab runs")},
	probe.CodeNoAnswer:     {"no answer from the address", "", always("a firewall may drop the packets: check host, port and network")},
	probe.CodeUnreachable:  {"the address cannot be reached", "there is no route to it", always("check host, port and network")},
	probe.CodeTimeout:      {"the server accepts the connection and then says nothing", "", always("it may not speak TLS on this port: check the port")},
	probe.CodeInterrupted:  {"interrupted", "by Ctrl-C", nil},
	probe.CodeNotTLS:       {"the server does not speak TLS on this port; it may be plain HTTP", "", always("check the port, 443 is usual for https")},
	probe.CodeClosed: {"the server closes the connection during the handshake", "",
		always("a load balancer without a server behind it, or one that does not know this host name, " +
			"does so: check host and port")},
	probe.CodeProtocolTooOld: {"the server speaks no TLS newer than 1.1; the runner needs TLS 1.2", "", always("enable TLS 1.2 or 1.3 on the server")},
	probe.CodeNothingInCommon: {"the server ends the handshake: it has no certificate or no cipher that gitlab-runner can use", "Go offers RSA and ECDSA certificates, TLS 1.2 and 1.3, and ciphers with ECDHE",
		always("a server with only an SM2 certificate does so, or with only old ciphers: " +
			"give it an RSA or ECDSA certificate for gitlab-runner and git, and ciphers of TLS 1.2 or 1.3")},
	probe.CodeHandshakeFailed: {"the handshake failed", "the cause follows", nil},
	probe.CodeClientCertificate: {"the server demands a client certificate, which a trust file does not give", "mutual TLS",
		always("give the runner one with tls-cert-file and tls-key-file, or do not demand it for GitLab")},
	probe.CodeProxy: {"the proxy cannot be reached|the proxy did not answer in time|its proxy is not a URL", "the proxy of `HTTPS_PROXY`",
		always("see HTTPS_PROXY and NO_PROXY; user and password belong in the URL: " +
			"http://USER:PASSWORD@PROXY:PORT")},
	probe.CodeFingerprint: {"no certificate of the chain has the fingerprint", "the certificate is not the one that `--fingerprint` expects: it was renewed, or somebody is in between",
		always("compare with the fingerprint on the server; if it differs, somebody else may be answering")},

	// What a server sends, and whether clients accept it.
	probe.CodePubliclyTrusted: {"the runner's image trusts this server already", "a public CA",
		always("nothing to do with the charts' images; an image of another kind may lack that CA")},
	probe.CodeTrustedHere: {"only this machine trusts the server, through …", "a company's CA that is installed here; the images of runners and jobs do not have it",
		trustedHere},
	probe.CodePrivateCA:  {"a private CA, …", "the usual case: the file fixes it", always("give the file with --cert")},
	probe.CodeSelfSigned: {"is self-signed: the file trusts exactly this one", "there is no CA; nothing to do until it is renewed", nil},
	probe.CodeStale: {"the file works through the server's own certificate, and only until that is renewed", "the server sends no CA",
		fetchAnd("whenever it is renewed: ")},

	trust.CodeTrusted: {"trusted through …", "it works; nothing to do", nil},
	trust.CodeUnknownAuthority: {"the chain ends in …, which is not trusted|is self-signed and not trusted|and the file vouches for neither", "its CA is neither in the file nor in Mozilla's list, which the charts' images trust",
		fetchAnd("fetch the chain and give it to the post-renderer with --cert: ")},
	trust.CodeIncompleteChain: {"the server sends its certificate without the issuer|the server does not send the issuer of its certificate", "the server's administrator left out the intermediate certificate",
		incompleteChain},
	trust.CodeNameMismatch: {"the certificate is not for …", "the certificate has other names", nameMismatch},
	trust.CodeUndecided: {"git may not connect: certificate … has an unusual key|has the extension …|is not the only one of its name|the server sends certificate …, which does not belong to its chain", "not every git accepts that, or it is not known",
		tryGit},
	trust.CodeStrictGit: {"git may not connect: the file holds neither …", "git with GnuTLS wants the last certificate that the server sends, or its issuer, in the file",
		strictGit},
}

func incompleteChain(c Context) string {
	if c.Check == OfServer {
		return "better still, let the server send the whole chain"
	}
	return fetchAnd("let the server send the whole chain, or let fetch complete it: ")(c)
}

func trustedHere(c Context) string {
	if c.Check == OfServer {
		return "give the file with --cert"
	}
	return fetchAnd("fetch the chain and give it to the post-renderer with --cert: ")(c)
}

// strictGit does not send whoever has just fetched to fetch.
func strictGit(c Context) string {
	const root = "append the root certificate, which the CA's administrator has"
	if c.Check == OfServer {
		return root
	}
	return fetchAnd(root + "; if it is public, or the server sends it, this finds it: ")(c)
}

// againAt returns a text that ends in the command that was run, for the server.
func againAt(text string) hint {
	return func(c Context) string { return text + cmp.Or(c.Command, fetchAnd("")(c)) }
}

func noSuchName(c Context) string {
	return againAt("check the spelling, or give its address: ")(c) + " --connect ADDR"
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
