package probe_test

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
	"helm-runnertrust/trust/trusttest"
)

const anyPort = "127.0.0.1:0"

// reach is a dialer for servers of these tests, with an empty system.
func reach(s *trusttest.Server) probe.Dialer {
	return probe.Dialer{Connect: s.Addr, System: x509.NewCertPool(), Timeout: 5 * time.Second}
}

func start(t *testing.T, config *tls.Config, id *trusttest.Identity, others ...*x509.Certificate) *trusttest.Server {
	s := trusttest.StartTLS(anyPort, config, id, others...)
	t.Cleanup(s.Close)
	return s
}

func target(t *testing.T, text string) probe.Target {
	t.Helper()
	target, err := probe.ParseTarget(text)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func fetch(t *testing.T, host string, d probe.Dialer) *probe.Fetched {
	t.Helper()
	f, err := probe.Fetch(context.Background(), target(t, host), d, noon)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestIssuersNotTaken serves an intermediate in ways that must not complete the chain.
func TestIssuersNotTaken(t *testing.T) {
	root := trusttest.SelfSigned(ca("Root"))
	middle := root.Issue(ca("Intermediate"))
	namesake := trusttest.SelfSigned(ca("Intermediate")) // right name, wrong key
	noCA := leaf()
	noCA.CommonName = "Intermediate"
	large := append(make([]byte, trust.MaxSize), middle.Certificate.Raw...)
	mux := http.NewServeMux()
	aia := trusttest.StartHTTP(mux)
	t.Cleanup(aia.Close)
	mux.Handle("/", trusttest.IssuerFiles(map[string][]byte{
		"/good": middle.Certificate.Raw, "/namesake": namesake.Certificate.Raw, "/empty": nil, "/large": large,
		"/both":  trusttest.PEM(namesake.Certificate, middle.Certificate),
		"/no-ca": root.Issue(noCA).Certificate.Raw, "/key": []byte("-----BEGIN PRIVATE KEY-----\n"),
	}))
	key := new(big.Int).Lsh(big.NewInt(1), 1_500_000)
	huge := root.CertifyKey(ca("Intermediate"), &rsa.PublicKey{N: key.SetBit(key, 0, 1), E: 1<<31 - 1})
	mux.Handle("/huge", trusttest.IssuerFiles(map[string][]byte{"/huge": huge.Raw}))
	mux.Handle("/to-good", http.RedirectHandler("/good", http.StatusFound))
	mux.HandleFunc("/silent", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })

	base := "http://" + aia.Addr
	for name, test := range map[string]struct {
		urls  []string
		taken bool
	}{
		"good":         {[]string{base + "/good"}, true},
		"redirected":   {[]string{base + "/to-good"}, false},
		"second":       {[]string{base + "/missing", base + "/good"}, true},
		"namesake":     {[]string{base + "/namesake"}, false},
		"beside it":    {[]string{base + "/both"}, true},
		"no CA":        {[]string{base + "/no-ca"}, false},
		"missing":      {[]string{base + "/missing"}, false},
		"empty":        {[]string{base + "/empty"}, false},
		"too large":    {[]string{base + "/large"}, false},
		"key":          {[]string{base + "/key"}, false},
		"huge key":     {[]string{base + "/huge"}, false},
		"silent":       {[]string{base + "/silent"}, false},
		"https":        {[]string{"https://" + aia.Addr + "/good"}, false},
		"user":         {[]string{"http://user:word@" + aia.Addr + "/good"}, false},
		"ldap":         {[]string{"ldap:///CN=x"}, false},
		"no URL":       {[]string{"http://%zz/"}, false},
		"no host":      {[]string{"http:///good"}, false},
		"refused":      {[]string{"http://127.0.0.1:1/good"}, false},
		"too many":     {[]string{"ldap:///1", "ldap:///2", "ldap:///3", "ldap:///4", base + "/good"}, false},
		"none at all":  {nil, false},
		"wrong method": {[]string{"http://" + aia.Addr + "/good\x7f"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			template := leaf("gitlab.test")
			template.IssuerURLs = test.urls
			d := reach(start(t, nil, middle.Issue(template)))
			if name == "silent" {
				d.Timeout = 300 * time.Millisecond
			}
			started := time.Now()
			f := fetch(t, "gitlab.test", d)
			if took := time.Since(started); took > 2*d.Timeout+2*time.Second {
				t.Errorf("it took %s", took)
			}
			if taken := len(f.Added) > 0; taken != test.taken || len(f.Chain.Certificates()) != 1+len(f.Added) {
				t.Errorf("added %d certificates", len(f.Added))
			}
			if f.Diagnosis.Code != trust.CodeIssuerMissing {
				t.Errorf("diagnosis %s", f.Diagnosis.Code)
			}
		})
	}
}

// TestIssuerHops follows a chain that is longer than any real one only so far.
func TestIssuerHops(t *testing.T) {
	served := map[string][]byte{}
	aia := trusttest.StartHTTP(trusttest.IssuerFiles(served))
	t.Cleanup(aia.Close)
	issuer := trusttest.SelfSigned(ca("CA 0"))
	for i := range 12 {
		path := "/" + string(rune('a'+i))
		served[path] = issuer.Certificate.Raw
		template := ca("CA " + path)
		template.IssuerURLs = []string{"http://" + aia.Addr + path}
		issuer = issuer.Issue(template)
	}
	template := leaf("gitlab.test")
	f := fetch(t, "gitlab.test", reach(start(t, nil, issuer.Issue(template), issuer.Certificate)))
	if len(f.Added) != 8 {
		t.Errorf("added %d certificates", len(f.Added))
	}
}

// TestIssuersThroughProxy sends the request for an issuer through the proxy as well.
func TestIssuersThroughProxy(t *testing.T) {
	root := trusttest.SelfSigned(ca("Root"))
	template := leaf("gitlab.test")
	template.IssuerURLs = []string{"http://issuer.test/root.cer"}
	server := start(t, nil, root.Issue(template))
	proxy := trusttest.StartHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.String() == "http://issuer.test/root.cer" && r.Header.Get("Proxy-Authorization") != "" {
			_, _ = w.Write(root.Certificate.Raw)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(proxy.Close)
	d := reach(server)
	d.Proxy = func(u *url.URL) (*url.URL, error) {
		if u.Scheme == "https" {
			return nil, nil
		}
		return url.Parse("http://user:word@" + proxy.Addr)
	}
	f := fetch(t, "gitlab.test", d)
	if f.Diagnosis.Code != probe.CodePrivateCA || len(f.Added) != 1 {
		t.Errorf("added %d, diagnosis %v", len(f.Added), f.Diagnosis)
	}
}

// TestPrivateIncomplete completes a private chain whose server forgets the intermediate.
func TestPrivateIncomplete(t *testing.T) {
	root := trusttest.SelfSigned(ca("Root"))
	middle := root.Issue(ca("Intermediate"))
	aia := trusttest.StartHTTP(trusttest.IssuerFiles(map[string][]byte{
		"/both": trusttest.PEM(root.Certificate, middle.Certificate),
	}))
	t.Cleanup(aia.Close)
	template := leaf("gitlab.test")
	template.IssuerURLs = []string{"http://" + aia.Addr + "/both"}
	f := fetch(t, "gitlab.test", reach(start(t, nil, middle.Issue(template))))
	if f.Diagnosis.Code != probe.CodePrivateCA || !strings.Contains(f.Diagnosis.Message, `"CN=Intermediate"`) || len(f.Added) != 2 {
		t.Errorf("added %d, %v", len(f.Added), f.Diagnosis)
	}
}

// TestSystemChains picks the shorter of two ways to the system's roots, and finds the root of an
// expired certificate.
func TestSystemChains(t *testing.T) {
	old, fresh := trusttest.SelfSigned(ca("Old Root")), trusttest.SelfSigned(ca("Fresh Root"))
	crossed := trusttest.Certify(fresh.Certificate, fresh.Key, old).Certificate
	template := leaf("gitlab.test")
	template.NotAfter = noon.Add(-day / 2)
	s := start(t, nil, fresh.Issue(template), crossed)
	d := reach(s)
	d.System.AddCert(old.Certificate)
	d.System.AddCert(fresh.Certificate)
	f := fetch(t, "gitlab.test", d)
	got := f.Chain.Certificates()
	if len(got) != 2 || !got[1].Equal(fresh.Certificate) || f.Diagnosis.Code != trust.CodeExpired || f.Also[0].Code != probe.CodePubliclyTrusted {
		t.Errorf("%d certificates, %v, %v", len(got), f.Diagnosis, f.Also)
	}
}

// TestSystemChainsOfOneLength gives the same file whatever the server sends first.
func TestSystemChainsOfOneLength(t *testing.T) {
	one, two := trusttest.SelfSigned(ca("Root One")), trusttest.SelfSigned(ca("Root Two"))
	middle := one.Issue(ca("Intermediate"))
	crossed := trusttest.Certify(middle.Certificate, middle.Key, two).Certificate
	id := middle.Issue(leaf("gitlab.test"))
	var files []string
	for _, sent := range [][]*x509.Certificate{{middle.Certificate, crossed}, {crossed, middle.Certificate}} {
		d := reach(start(t, nil, id, sent...))
		d.System.AddCert(one.Certificate)
		d.System.AddCert(two.Certificate)
		files = append(files, string(fetch(t, "gitlab.test", d).File.PEM()))
	}
	if files[0] != files[1] {
		t.Errorf("two files:\n%s\n%s", files[0], files[1])
	}
}

func TestPinned(t *testing.T) {
	root, other := trusttest.SelfSigned(ca("Root")), trusttest.SelfSigned(ca("Other"))
	middle := root.Issue(ca("Intermediate"))
	id := middle.Issue(leaf("gitlab.test"))
	s := start(t, nil, id, middle.Certificate, other.Certificate, root.Certificate)
	f, elsewhere := fetch(t, "gitlab.test", reach(s)), fetch(t, "elsewhere.test", reach(s))
	for _, c := range []*x509.Certificate{id.Certificate, middle.Certificate, root.Certificate} {
		if err := f.Pinned(trust.Fingerprint(c)); err != nil {
			t.Errorf("%v: %v", c.Subject, err)
		}
	}
	if err := elsewhere.Pinned(trust.Fingerprint(id.Certificate)); err != nil {
		t.Errorf("the leaf itself: %v", err)
	}
	for name, err := range map[string]error{
		"sent but not in the chain": f.Pinned(trust.Fingerprint(other.Certificate)),
		"unknown":                   f.Pinned("sha256:" + strings.Repeat("0", 64)),
		"CA, but another host":      elsewhere.Pinned(trust.Fingerprint(root.Certificate)),
	} {
		refusal, ok := errors.AsType[*trust.Error](err)
		if !ok || refusal.Code != probe.CodeFingerprint || strings.Contains(refusal.Message, "does not vouch") != strings.HasPrefix(name, "CA") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestClientCertificateAsked: a server that asks and goes on without one is no obstacle, one that
// refuses in HTTP is.
func TestClientCertificateAsked(t *testing.T) {
	template := leaf("gitlab.test")
	template.CommonName = "gitlab.test" // curl refuses a certificate whose issuer has no name
	id := trusttest.SelfSigned(template)
	f := fetch(t, "gitlab.test", reach(start(t, &tls.Config{ClientAuth: tls.RequestClientCert}, id)))
	if got := codes(append([]trust.Finding{f.Diagnosis}, f.Also...)); got != "self-signed stale-at-renewal" {
		t.Errorf("asks only: %s", got)
	}
	for name, answer := range map[string]string{
		"self-signed stale-at-renewal client-certificate-required": "HTTP/1.1 400 Bad Request\r\nContent-Length: 45\r\n\r\n<center>No required SSL certificate was sent</center>",
		"self-signed stale-at-renewal":                             "no HTTP at all\r\n",
	} {
		s := startText(id, answer)
		t.Cleanup(s.Close)
		f := fetch(t, "gitlab.test", reach(s))
		if got := codes(append([]trust.Finding{f.Diagnosis}, f.Also...)); got != name {
			t.Errorf("got %s, want %s", got, name)
		}
	}
}
