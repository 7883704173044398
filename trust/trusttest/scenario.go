package trusttest

import (
	"bytes"
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
	// Name is stable and in kebab case.
	Name string
	// About says in a few words what is special.
	About string
	// Host is the name that the client asks for, as it was typed: without port and brackets.
	Host string
	// Port is the server's port.
	Port string
	// Addr is where the server listens: names of the domain .test resolve nowhere, clients are told
	// the address (curl --connect-to, git http.curloptResolve).
	Addr string
	// Proxy is the CONNECT proxy to go through; nil without one.
	Proxy *url.URL
	// Sends is what the server sends, leaf first; empty when it does not speak TLS.
	Sends []*x509.Certificate
	// Public is what stands for the CAs that everybody trusts.
	Public []*x509.Certificate
	// Root is the CA at the top of the chain, as its administrator could hand it out; nil where
	// there is none.
	Root *x509.Certificate
}

// URL is what a person gives to fetch: https, host and port.
func (s Scenario) URL() string { return "https://" + net.JoinHostPort(s.Host, s.Port) }

// SystemPool is Public as a pool.
func (s Scenario) SystemPool() *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range s.Public {
		pool.AddCert(c)
	}
	return pool
}

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
	l := newLab(now)
	l.selfSigned()
	l.privateRoots()
	l.publicRoots()
	l.dates()
	l.names()
	l.keys()
	l.protocols()
	l.noTLS()
	l.proxies()
	return l.list, l.stop
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

func newLab(now time.Time) *lab {
	l := &lab{now: now}
	l.root = SelfSigned(l.ca("Private Root"))
	l.intermediate = l.root.Issue(l.ca("Private Intermediate"))
	l.public = SelfSigned(l.ca("Public Root"))
	l.publicInter = l.public.Issue(l.ca("Public Intermediate"))
	aia := StartHTTP(IssuerFiles(map[string][]byte{
		"/public.cer":  l.publicInter.Certificate.Raw,
		"/public.p7c":  PKCS7(l.publicInter.Certificate, l.public.Certificate),
		"/private.cer": l.intermediate.Certificate.Raw,
		"/root.cer":    l.root.Certificate.Raw,
	}))
	l.servers = append(l.servers, aia)
	l.issuers = "http://" + aia.Addr
	return l
}

func (l *lab) stop() {
	for _, s := range l.servers {
		s.Close()
	}
}

// ca and leaf are templates for the usual case: valid since yesterday, for a year.
func (l *lab) ca(name string) Template {
	return Template{CommonName: name, CA: true, NotBefore: l.now.Add(-day), NotAfter: l.now.Add(3650 * day)}
}

func (l *lab) leaf(names ...string) Template {
	return Template{DNSNames: names, NotBefore: l.now.Add(-day), NotAfter: l.now.Add(365 * day)}
}

const day = 24 * time.Hour

// add completes a scenario with what follows from its server.
func (l *lab) add(s Scenario, server *Server) {
	if server != nil {
		l.servers = append(l.servers, server)
		s.Addr, s.Port = server.Addr, server.Port()
	}
	if s.Host == "" {
		s.Host = Host
	}
	s.Public = []*x509.Certificate{l.public.Certificate}
	l.list = append(l.list, s)
}

// tls adds a server that sends id and then others, with nothing else special about it.
func (l *lab) tls(s Scenario, root *Identity, id *Identity, others ...*Identity) {
	certs := certificates(others)
	s.Sends = append([]*x509.Certificate{id.Certificate}, certs...)
	if root != nil {
		s.Root = root.Certificate
	}
	listen := loopback
	if strings.Contains(s.Host, ":") {
		listen = "[::1]:0"
	}
	l.add(s, StartTLS(listen, nil, id, certs...))
}

func certificates(ids []*Identity) []*x509.Certificate {
	var certs []*x509.Certificate
	for _, id := range ids {
		certs = append(certs, id.Certificate)
	}
	return certs
}

// IssuerFiles answers each path with its bytes, as a CA's caIssuers server does.
func IssuerFiles(files map[string][]byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/pkix-cert")
		_, _ = w.Write(file) // the client may have enough of it
	})
}
