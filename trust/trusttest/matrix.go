package trusttest

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"
)

const day = 24 * time.Hour

func (l *lab) chains() {
	own := l.leaf(Host)
	own.CommonName = Host // curl refuses a certificate whose issuer has no name
	l.tls(Scenario{Name: "self-signed", About: "self-signed, no CA"}, nil, SelfSigned(own))
	own.CA, own.CommonName = true, "GitLab"
	l.tls(Scenario{Name: "self-signed-ca", About: "self-signed, marked as CA, as openssl req -x509 makes it"}, nil, SelfSigned(own))

	direct := l.root.Issue(l.leaf(Host))
	leaf, mid, other := l.intermediate.Issue(l.leaf(Host)), l.intermediate, SelfSigned(CA("Unrelated Root", l.now))
	withAIA := CA("Private Intermediate with AIA", l.now)
	withAIA.IssuerURLs = []string{l.issuers + "/root.cer"}
	aia := l.root.Issue(withAIA)
	for _, s := range []struct {
		name, about string
		sends       []*Identity
	}{
		{"private-root-leaf", "private root; server sends leaf", []*Identity{direct}},
		{"private-root-leaf-root", "private root; server sends leaf and root", []*Identity{direct, l.root}},
		{"three-levels-leaf", "private, three levels; server sends leaf", []*Identity{leaf}},
		{"three-levels-leaf-intermediate", "private, three levels; server sends leaf and intermediate", []*Identity{leaf, mid}},
		{"three-levels-all", "private, three levels; server sends all", []*Identity{leaf, mid, l.root}},
		{"three-levels-wrong-order", "private, three levels; server sends leaf, root, intermediate", []*Identity{leaf, l.root, mid}},
		{"three-levels-unrelated", "private, three levels; server sends all and an unrelated root", []*Identity{leaf, other, mid, l.root}},
		{"private-aia-root", "private, three levels; server sends leaf and intermediate, AIA leads to the root", []*Identity{aia.Issue(l.leaf(Host)), aia}},
	} {
		l.tls(Scenario{Name: s.name, About: s.about}, l.root, s.sends...)
	}
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

	throwAway := SelfSigned(CA("cert-manager.local", l.now))
	temporary := l.leaf(Host)
	temporary.SubjectSerial, temporary.Key = "1234567890", RSA2048
	l.tls(Scenario{Name: "cert-manager-temporary", About: "cert-manager's temporary certificate"}, nil, throwAway.Issue(temporary))
	temporary.NotBefore, temporary.NotAfter = expired.NotBefore, expired.NotAfter
	l.tls(Scenario{Name: "cert-manager-temporary-expired", About: "cert-manager's temporary certificate, expired"}, nil, throwAway.Issue(temporary))
}

func (l *lab) names() {
	onlyCN, ip4, ip6 := l.leaf(), l.leaf(), l.leaf()
	onlyCN.CommonName = Host
	ip4.IPs, ip6.IPs = []net.IP{net.IPv4(127, 0, 0, 1)}, []net.IP{net.IPv6loopback}
	for _, s := range []struct {
		name, about, host string
		leaf              Template
	}{
		{"name-mismatch", "leaf for other names", Host, l.leaf("other.test", "*.other.test")},
		{"common-name-only", "name only in the common name", Host, onlyCN},
		{"ip", "IPv4 address as host and in the certificate", "127.0.0.1", ip4},
		{"ip-not-covered", "IPv4 address as host, not in the certificate", "127.0.0.1", l.leaf(Host)},
		{"wildcard", "wildcard certificate", "gitlab.wild.test", l.leaf("*.wild.test")},
		{"ipv6", "IPv6 address as host and in the certificate", "::1", ip6},
		{"upper-case-host", "host typed in upper case", "GitLab.Test", l.leaf(Host)},
	} {
		l.tls(Scenario{Name: s.name, About: s.about, Host: s.host}, l.root, l.root.Issue(s.leaf), l.root)
	}
	// Two hosts on one port, told apart by SNI.
	first, second := l.root.Issue(l.leaf("first.test")), l.root.Issue(l.leaf("second.test"))
	both := &tls.Config{Certificates: []tls.Certificate{second.certificate(l.root.Certificate)}}
	l.tlsWith(both, Scenario{Name: "sni-first", About: "first of two virtual hosts", Host: "first.test"}, l.root, first, l.root)
	s := l.list[len(l.list)-1]
	s.Name, s.About, s.Host, s.Sends = "sni-second", "second of two virtual hosts", "second.test", slices.Clone(s.Sends)
	s.Sends[0] = second.Certificate
	l.add(s, nil)
}

func (l *lab) keys() {
	for _, k := range []struct {
		name string
		key  KeyType
	}{{"ecdsa-p256", P256}, {"ecdsa-p521", P521}, {"rsa-2048", RSA2048}, {"rsa-1024", RSA1024}, {"ed25519", Ed25519}} {
		ca, leaf := CA("Root "+k.name, l.now), l.leaf(Host)
		ca.Key, leaf.Key = k.key, k.key
		if k.key == RSA1024 {
			ca.Key = RSA2048 // only the leaf is weak
		}
		root := SelfSigned(ca)
		l.tls(Scenario{Name: k.name, About: "keys: " + k.name}, root, root.Issue(leaf), root)
	}
	ca, leaf := CA("Root for SHA-1", l.now), l.leaf(Host)
	ca.Key, leaf.SHA1 = RSA2048, true
	root := SelfSigned(ca)
	l.tls(Scenario{Name: "sha1", About: "leaf signed with SHA-1"}, root, root.Issue(leaf), root)
}

func (l *lab) protocols() {
	id := l.root.Issue(l.leaf(Host))
	tls12, tls11 := &tls.Config{MaxVersion: tls.VersionTLS12}, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	demands, demands12 := &tls.Config{ClientAuth: tls.RequireAnyClientCert}, &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}
	l.tlsWith(tls12, Scenario{Name: "tls12-only", About: "speaks TLS 1.2 only"}, l.root, id, l.root)
	l.tlsWith(tls11, Scenario{Name: "tls11-only", About: "speaks TLS 1.1 only"}, l.root, id, l.root)
	l.tlsWith(demands, Scenario{Name: "client-certificate", About: "demands a client certificate (TLS 1.3)"}, l.root, id, l.root)
	l.tlsWith(demands12, Scenario{Name: "client-certificate-tls12", About: "demands a client certificate (TLS 1.2)"}, l.root, id, l.root)

	l.add(Scenario{Name: "plain-http", About: "plain HTTP on the port"}, StartHTTP(http.HandlerFunc(gitlab)))
	l.add(Scenario{Name: "closes-at-once", About: "accepts and closes at once"}, StartConnections(func(net.Conn, <-chan struct{}) {}))
	l.add(Scenario{Name: "says-nothing", About: "accepts and says nothing"}, StartConnections(func(_ net.Conn, stop <-chan struct{}) { <-stop }))
	// Port 1 (tcpmux) is one that nothing listens on.
	l.add(Scenario{Name: "refused", About: "nothing listens on the port", Addr: "127.0.0.1:1", Port: "1"}, nil)
	l.add(Scenario{Name: "unresolvable", About: "the name does not exist", Host: "no-such-host.invalid", Port: "443"}, nil)
}

func (l *lab) proxies() {
	const user, password = "user", "pass word"
	l.tls(Scenario{Name: "proxy", About: "behind a CONNECT proxy"}, l.root, l.root.Issue(l.leaf(Host)), l.root)
	s := &l.list[len(l.list)-1]
	open, closed := StartProxy(s.Addr, "", ""), StartProxy(s.Addr, user, password)
	l.servers = append(l.servers, open, closed)
	s.Addr, s.Proxy = "", &url.URL{Scheme: "http", Host: open.Addr}
	withPassword, refuses := *s, *s
	withPassword.Name, withPassword.About = "proxy-password", "behind a CONNECT proxy with a password"
	withPassword.Proxy = &url.URL{Scheme: "http", User: url.UserPassword(user, password), Host: closed.Addr}
	refuses.Name, refuses.About = "proxy-refuses", "the CONNECT proxy wants a password that was not given"
	refuses.Proxy = &url.URL{Scheme: "http", Host: closed.Addr}
	l.add(withPassword, nil)
	l.add(refuses, nil)
}
