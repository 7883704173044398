package trusttest

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Scenario is one server that a runner may meet, listening now.
type Scenario struct {
	Name  string // stable and in kebab case
	About string // what is special, in a few words
	Host  string // that the client asks for, in its letters: without port and brackets
	Port  string
	// Addr is where the server listens: names of the domain .test resolve nowhere, so that clients need
	// the address (curl --connect-to, git http.curloptResolve).
	Addr   string
	Proxy  *url.URL            // the CONNECT proxy to go through; nil without one
	Sends  []*x509.Certificate // what the server sends, leaf first; empty when it does not speak TLS
	Public []*x509.Certificate // what stands for the CAs that everybody trusts
	Root   *x509.Certificate   // at the top of the chain, as its administrator could hand it out; nil where there is none
}

// URL is what a person gives to fetch: https, host and port.
func (s Scenario) URL() string { return "https://" + net.JoinHostPort(s.Host, s.Port) }

// PEM encodes certificates as one file.
func PEM(certs ...*x509.Certificate) []byte {
	var text bytes.Buffer
	for _, c := range certs {
		text.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return text.Bytes()
}

// Host is the name of the servers whose name is nothing special. It resolves nowhere.
const Host = "gitlab.test"

// Scenarios starts all servers, with certificates that are valid (or not) at now, and returns them
// in a fixed order with the function that stops them.
func Scenarios(now time.Time) (list []Scenario, stop func()) {
	l := &lab{now: now}
	l.root = SelfSigned(CA("Private Root", now))
	l.intermediate = l.root.Issue(CA("Private Intermediate", now))
	l.public = SelfSigned(CA("Public Root", now))
	l.publicInter = l.public.Issue(CA("Public Intermediate", now))
	aia := StartHTTP(IssuerFiles(map[string][]byte{
		"/public.cer": l.publicInter.Certificate.Raw,
		"/public.p7c": PKCS7(l.publicInter.Certificate, l.public.Certificate),
		"/root.cer":   l.root.Certificate.Raw,
	}))
	l.servers, l.issuers = append(l.servers, aia), "http://"+aia.Addr
	l.chains()
	l.publicRoots()
	l.dates()
	l.names()
	l.keys()
	l.protocols()
	l.proxies()
	return l.list, func() {
		for _, s := range l.servers {
			s.Close()
		}
	}
}

// lab holds the authorities that the scenarios share.
type lab struct {
	now          time.Time
	root         *Identity // private
	intermediate *Identity // of root
	public       *Identity // in the system pool
	publicInter  *Identity // of public
	issuers      string    // URL of the folder that the AIA server offers
	list         []Scenario
	servers      []*Server
}

func (l *lab) leaf(names ...string) Template { return Leaf(l.now, names...) }

// add completes a scenario with what follows from its server, which may be nil.
func (l *lab) add(s Scenario, server *Server) {
	if server != nil {
		l.servers = append(l.servers, server)
		s.Addr, s.Port = server.Addr, server.Port()
	}
	s.Host = cmp.Or(s.Host, Host)
	s.Public = []*x509.Certificate{l.public.Certificate}
	l.list = append(l.list, s)
}

// tls adds a server that sends the certificates of these identities, with the key of the first.
func (l *lab) tls(s Scenario, root *Identity, sends ...*Identity) { l.tlsWith(nil, s, root, sends...) }

func (l *lab) tlsWith(config *tls.Config, s Scenario, root *Identity, sends ...*Identity) {
	for _, id := range sends {
		s.Sends = append(s.Sends, id.Certificate)
	}
	if root != nil {
		s.Root = root.Certificate
	}
	listen := loopback
	if strings.Contains(s.Host, ":") {
		listen = "[::1]:0"
	}
	l.add(s, StartTLS(listen, config, sends[0], s.Sends[1:]...))
}

// IssuerFiles answers each path with its bytes, as a CA's caIssuers server does.
func IssuerFiles(files map[string][]byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(file) // the client may have enough of it
	})
}
