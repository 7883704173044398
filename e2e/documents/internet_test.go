package documents

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"helm-runnertrust/trust/trusttest"
)

// What the documents name, and the stand-ins serve.
const (
	gitlabHost = "gitlab.example.com"
	chartsHost = "charts.gitlab.io"
	originHost = "example.com"
)

// An internet is what the documents know of the world, on loopback: a GitLab with a certificate of
// a private CA, and hosts with certificates of an authority that everybody trusts.
type internet struct {
	authority string // PEM file of that authority
	addresses map[string]string
}

// newInternet serves until the test ends. Each of the sites is a host's.
func newInternet(t *testing.T, sites map[string]http.Handler) *internet {
	t.Helper()
	from, until := time.Now().Add(-time.Hour), time.Now().AddDate(1, 0, 0)
	authority := func(name string) *trusttest.Identity {
		return trusttest.SelfSigned(trusttest.Template{CommonName: name, CA: true, NotBefore: from, NotAfter: until.AddDate(9, 0, 0)})
	}
	leaf := func(host string) trusttest.Template {
		return trusttest.Template{DNSNames: []string{host}, NotBefore: from, NotAfter: until}
	}
	private, public := authority("Example Root CA"), authority("Public Root CA")
	gitlab := trusttest.StartTLS("127.0.0.1:0", nil, private.Issue(leaf(gitlabHost)), private.Certificate)
	t.Cleanup(gitlab.Close)
	net := &internet{
		authority: filepath.Join(t.TempDir(), "authorities.crt"),
		addresses: map[string]string{gitlabHost: gitlab.Addr},
	}
	if err := os.WriteFile(net.authority, trusttest.PEM(public.Certificate), 0o644); err != nil {
		t.Fatal(err)
	}
	for host, site := range sites {
		net.addresses[host] = startSite(t, public.Issue(leaf(host)), site)
	}
	return net
}

// startSite returns the address of a TLS server that ends with the test.
func startSite(t *testing.T, id *trusttest.Identity, site http.Handler) string {
	t.Helper()
	server := httptest.NewUnstartedServer(site)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{
		Certificate: [][]byte{id.Certificate.Raw}, PrivateKey: id.Key, Leaf: id.Certificate}}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// A proxy leads to the stand-ins by name, and nowhere else.
type proxy struct {
	url     string
	mu      sync.Mutex
	refused []string
}

// newProxy starts a proxy that ends with the test. What it was asked for and does not know, unknown
// returns.
func (n *internet) newProxy(t *testing.T) *proxy {
	t.Helper()
	p := &proxy{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, port, _ := net.SplitHostPort(r.Host)
		address := n.addresses[host]
		if r.Method != http.MethodConnect || port != "443" || address == "" {
			p.refuse(r.Method + " " + r.Host)
			http.Error(w, "no stand-in for "+r.Host, http.StatusForbidden)
			return
		}
		if err := tunnel(w, address); err != nil {
			p.refuse(fmt.Sprintf("%s: %v", r.Host, err))
		}
	}))
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

func (p *proxy) refuse(request string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = append(p.refused, request)
}

// unknown returns the requests that no stand-in serves.
func (p *proxy) unknown() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.refused)
}

// tunnel joins the client's connection with one to the address until both have ended.
func tunnel(w http.ResponseWriter, address string) error {
	server, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	if _, err := io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return err
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = io.Copy(server, buffered) // either side may leave at any time
		_ = server.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(client, server)
	_ = client.Close()
	<-sent
	return nil
}

// Names lead to their stand-ins, and a name without one is told.
func TestProxyKnowsTheStandInsOnly(t *testing.T) {
	net := newInternet(t, map[string]http.Handler{originHost: http.NotFoundHandler()})
	pem, err := os.ReadFile(net.authority)
	if err != nil {
		t.Fatal(err)
	}
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(pem)
	p := net.newProxy(t)
	client := http.Client{Transport: &http.Transport{
		Proxy: proxyAt(t, p.url), TLSClientConfig: &tls.Config{RootCAs: authorities}, DisableKeepAlives: true}}
	for url, want := range map[string]string{
		"https://" + originHost + "/x":         "",
		"https://" + gitlabHost:                "x509: certificate signed by unknown authority",
		"https://www." + originHost:            "Forbidden",
		"https://" + originHost + ":8443/port": "Forbidden",
	} {
		response, err := client.Get(url)
		if err == nil {
			_ = response.Body.Close()
		}
		if text := fmt.Sprint(err); want == "" && err != nil || want != "" && !strings.Contains(text, want) {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
	unknown := p.unknown()
	slices.Sort(unknown)
	if want := []string{"CONNECT example.com:8443", "CONNECT www.example.com:443"}; !slices.Equal(unknown, want) {
		t.Errorf("unknown: %q, want %q", unknown, want)
	}
}
