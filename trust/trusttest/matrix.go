package trusttest

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
)

func (l *lab) selfSigned() {
	leaf := l.leaf(Host)
	leaf.CommonName = Host // curl refuses a certificate whose issuer has no name
	l.tls(Scenario{Name: "self-signed", About: "self-signed, no CA"}, nil, SelfSigned(leaf))
	leaf.CA, leaf.CommonName = true, "GitLab"
	l.tls(Scenario{Name: "self-signed-ca", About: "self-signed, marked as CA, as openssl req -x509 makes it"}, nil, SelfSigned(leaf))
}

func (l *lab) privateRoots() {
	direct := l.root.Issue(l.leaf(Host))
	l.tls(Scenario{Name: "private-root-leaf", About: "private root; server sends leaf"}, l.root, direct)
	l.tls(Scenario{Name: "private-root-leaf-root", About: "private root; server sends leaf and root"}, l.root, direct, l.root)

	leaf, mid, other := l.intermediate.Issue(l.leaf(Host)), l.intermediate, SelfSigned(l.ca("Unrelated Root"))
	l.tls(Scenario{Name: "three-levels-leaf", About: "private, three levels; server sends leaf"}, l.root, leaf)
	l.tls(Scenario{Name: "three-levels-leaf-intermediate", About: "private, three levels; server sends leaf and intermediate"}, l.root, leaf, mid)
	l.tls(Scenario{Name: "three-levels-all", About: "private, three levels; server sends all"}, l.root, leaf, mid, l.root)
	l.tls(Scenario{Name: "three-levels-wrong-order", About: "private, three levels; server sends leaf, root, intermediate"}, l.root, leaf, l.root, mid)
	l.tls(Scenario{Name: "three-levels-unrelated", About: "private, three levels; server sends all and an unrelated root"}, l.root, leaf, other, mid, l.root)

	withAIA := l.ca("Private Intermediate with AIA")
	withAIA.IssuerURLs = []string{l.issuers + "/root.cer"}
	mid = l.root.Issue(withAIA)
	l.tls(Scenario{Name: "private-aia-root", About: "private, three levels; server sends leaf and intermediate, AIA leads to the root"}, l.root, mid.Issue(l.leaf(Host)), mid)
}

func (l *lab) publicRoots() {
	leaf := l.leaf(Host)
	complete := l.publicInter.Issue(leaf)
	l.tls(Scenario{Name: "public-complete", About: "publicly trusted, complete chain"}, l.public, complete, l.publicInter)
	l.tls(Scenario{Name: "public-no-intermediate", About: "publicly trusted, intermediate missing, no AIA"}, l.public, complete)
	leaf.IssuerURLs = []string{l.issuers + "/public.cer"}
	l.tls(Scenario{Name: "public-aia-der", About: "publicly trusted, intermediate missing, AIA answers DER"}, l.public, l.publicInter.Issue(leaf))
	leaf.IssuerURLs = []string{l.issuers + "/public.p7c"}
	l.tls(Scenario{Name: "public-aia-pkcs7", About: "publicly trusted, intermediate missing, AIA answers PKCS#7"}, l.public, l.publicInter.Issue(leaf))
}

func (l *lab) dates() {
	expired, future := l.leaf(Host), l.leaf(Host)
	expired.NotBefore, expired.NotAfter = l.now.Add(-30*day), l.now.Add(-10*day)
	future.NotBefore = l.now.Add(10 * day)
	l.tls(Scenario{Name: "expired", About: "leaf expired"}, l.root, l.root.Issue(expired), l.root)
	l.tls(Scenario{Name: "not-yet-valid", About: "leaf not yet valid"}, l.root, l.root.Issue(future), l.root)

	throwAway := SelfSigned(l.ca("cert-manager.local"))
	temporary := l.leaf(Host)
	temporary.SubjectSerial, temporary.Key = "1234567890", RSA2048
	l.tls(Scenario{Name: "cert-manager-temporary", About: "cert-manager's temporary certificate"}, nil, throwAway.Issue(temporary))
	temporary.NotBefore, temporary.NotAfter = expired.NotBefore, expired.NotAfter
	l.tls(Scenario{Name: "cert-manager-temporary-expired", About: "cert-manager's temporary certificate, expired"}, nil, throwAway.Issue(temporary))
}

func (l *lab) names() {
	issue := func(s Scenario, t Template) { l.tls(s, l.root, l.root.Issue(t), l.root) }
	issue(Scenario{Name: "name-mismatch", About: "leaf for other names"}, l.leaf("other.test", "*.other.test"))
	onlyCN := l.leaf()
	onlyCN.CommonName = Host
	issue(Scenario{Name: "common-name-only", About: "name only in the common name"}, onlyCN)
	ip := l.leaf()
	ip.IPs = []net.IP{net.IPv4(127, 0, 0, 1)}
	issue(Scenario{Name: "ip", About: "IPv4 address as host and in the certificate", Host: "127.0.0.1"}, ip)
	issue(Scenario{Name: "ip-not-covered", About: "IPv4 address as host, not in the certificate", Host: "127.0.0.1"}, l.leaf(Host))
	issue(Scenario{Name: "wildcard", About: "wildcard certificate", Host: "gitlab.wild.test"}, l.leaf("*.wild.test"))
	ip.IPs = []net.IP{net.IPv6loopback}
	issue(Scenario{Name: "ipv6", About: "IPv6 address as host and in the certificate", Host: "::1"}, ip)
	issue(Scenario{Name: "upper-case-host", About: "host typed in upper case", Host: "GitLab.Test"}, l.leaf(Host))

	l.virtualHosts()
}

// virtualHosts adds two hosts on one port, told apart by SNI.
func (l *lab) virtualHosts() {
	first, second := l.root.Issue(l.leaf("first.test")), l.root.Issue(l.leaf("second.test"))
	config := &tls.Config{Certificates: []tls.Certificate{first.certificate(l.root.Certificate)}}
	server := StartTLS(loopback, config, second, l.root.Certificate)
	l.add(Scenario{
		Name: "sni-first", About: "first of two virtual hosts", Host: "first.test",
		Root: l.root.Certificate, Sends: []*x509.Certificate{first.Certificate, l.root.Certificate},
	}, server)
	l.add(Scenario{
		Name: "sni-second", About: "second of two virtual hosts", Host: "second.test", Addr: server.Addr, Port: server.Port(),
		Root: l.root.Certificate, Sends: []*x509.Certificate{second.Certificate, l.root.Certificate},
	}, nil)
}

func (l *lab) keys() {
	for _, k := range []struct {
		name string
		key  KeyType
	}{{"ecdsa-p256", P256}, {"ecdsa-p521", P521}, {"rsa-2048", RSA2048}, {"rsa-1024", RSA1024}, {"ed25519", Ed25519}} {
		ca, leaf := l.ca("Root "+k.name), l.leaf(Host)
		ca.Key, leaf.Key = k.key, k.key
		if k.key == RSA1024 {
			ca.Key = RSA2048 // only the leaf is weak
		}
		root := SelfSigned(ca)
		l.tls(Scenario{Name: k.name, About: "keys: " + k.name}, root, root.Issue(leaf), root)
	}
	ca, leaf := l.ca("Root for SHA-1"), l.leaf(Host)
	ca.Key, leaf.SHA1 = RSA2048, true
	root := SelfSigned(ca)
	l.tls(Scenario{Name: "sha1", About: "leaf signed with SHA-1"}, root, root.Issue(leaf), root)
}

func (l *lab) protocols() {
	id := l.root.Issue(l.leaf(Host))
	for _, s := range []struct {
		name, about string
		config      *tls.Config
	}{
		{"tls12-only", "speaks TLS 1.2 only", &tls.Config{MaxVersion: tls.VersionTLS12}},
		{"tls11-only", "speaks TLS 1.1 only", &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}},
		{"client-certificate", "demands a client certificate (TLS 1.3)", &tls.Config{ClientAuth: tls.RequireAnyClientCert}},
		{"client-certificate-tls12", "demands a client certificate (TLS 1.2)", &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}},
	} {
		l.add(Scenario{
			Name: s.name, About: s.about, Root: l.root.Certificate,
			Sends: []*x509.Certificate{id.Certificate, l.root.Certificate},
		}, StartTLS(loopback, s.config, id, l.root.Certificate))
	}
}

func (l *lab) noTLS() {
	l.add(Scenario{Name: "plain-http", About: "plain HTTP on the port"}, StartHTTP(http.HandlerFunc(gitlab)))
	l.add(Scenario{Name: "closes-at-once", About: "accepts and closes at once"}, StartConnections(func(net.Conn, <-chan struct{}) {}))
	l.add(Scenario{Name: "says-nothing", About: "accepts and says nothing"}, StartConnections(func(_ net.Conn, stop <-chan struct{}) { <-stop }))
	// Port 1 (tcpmux) is one that nothing listens on.
	l.add(Scenario{Name: "refused", About: "nothing listens on the port", Addr: "127.0.0.1:1", Port: "1"}, nil)
	l.add(Scenario{Name: "unresolvable", About: "the name does not exist", Host: "no-such-host.invalid", Port: "443"}, nil)
}

func (l *lab) proxies() {
	id := l.root.Issue(l.leaf(Host))
	server := StartTLS(loopback, nil, id, l.root.Certificate)
	l.servers = append(l.servers, server)
	for _, p := range []struct {
		name, about, user, password string
		given                       *url.Userinfo
	}{
		{name: "proxy", about: "behind a CONNECT proxy"},
		{name: "proxy-password", about: "behind a CONNECT proxy with a password", user: "user", password: "pass word", given: url.UserPassword("user", "pass word")},
		{name: "proxy-refuses", about: "the CONNECT proxy wants a password that was not given", user: "user", password: "pass word"},
	} {
		proxy := StartProxy(server.Addr, p.user, p.password)
		l.servers = append(l.servers, proxy)
		l.add(Scenario{
			Name: p.name, About: p.about, Port: server.Port(), Root: l.root.Certificate,
			Proxy: &url.URL{Scheme: "http", User: p.given, Host: proxy.Addr},
			Sends: []*x509.Certificate{id.Certificate, l.root.Certificate},
		}, nil)
	}
}
