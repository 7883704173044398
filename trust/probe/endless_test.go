package probe_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
	"helm-runnertrust/trust/trusttest"
)

// endless answers a connection with a beginning, and then with the same bytes until the client leaves.
func endless(t *testing.T, begin, again string, pause time.Duration) string {
	t.Helper()
	s := trusttest.StartConnections(func(conn net.Conn, stop <-chan struct{}) {
		go func() { _, _ = io.Copy(io.Discard, conn) }() // what is asked for does not matter
		_, err := io.WriteString(conn, begin)
		for err == nil {
			select {
			case <-stop:
				return
			case <-time.After(pause):
				_, err = io.WriteString(conn, again)
			}
		}
	})
	t.Cleanup(s.Close)
	return s.Addr
}

// TestEndlessAnswers has a proxy and an issuer's server that never come to an end, at full speed or byte by
// byte: fetch gives up at its timeout, and keeps little of it.
func TestEndlessAnswers(t *testing.T) {
	root := trusttest.SelfSigned(ca("Root"))
	much := string(bytes.Repeat([]byte("x"), 1<<20))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, test := range map[string]struct {
		begin, again string
		pause        time.Duration
	}{
		"one line":        {"HTTP/1.1 200 OK\r\nX: ", much, 0},
		"many lines":      {"HTTP/1.1 200 OK\r\n", "X: y\r\n", 0},
		"status line":     {"HTTP/1.1 200 ", much, 0},
		"body":            {"HTTP/1.1 200 OK\r\n\r\n", much, 0},
		"chunks":          {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "100000\r\n" + much + "\r\n", 0},
		"byte by byte":    {"HTTP/1.1 200 OK\r\n", "X", 10 * time.Millisecond},
		"body by byte":    {"HTTP/1.1 200 OK\r\n\r\n", "X", 10 * time.Millisecond},
		"informational":   {"", "HTTP/1.1 100 Continue\r\n\r\n", 0},
		"early hints":     {"", "HTTP/1.1 103 Early Hints\r\n\r\n", time.Millisecond},
		"endless in TLS":  {"HTTP/1.1 200 OK\r\n\r\n\x16\x03\x03\x3f\xff\x02\x00\xff\xff", much, 0},
		"alerts in TLS":   {"HTTP/1.1 200 OK\r\n\r\n", "\x15\x03\x03\x00\x02\x01\x5a", 0},
		"nothing in TLS":  {"HTTP/1.1 200 OK\r\n\r\n", "\x16\x03\x03\x00\x00", 0},
		"another version": {"HTTP/9.9 200 OK\r\n\r\n", much, 0},
	} {
		addr := endless(t, test.begin, test.again, test.pause)
		proxied := probe.Dialer{System: x509.NewCertPool(), Timeout: 500 * time.Millisecond,
			Proxy: func(*url.URL) (*url.URL, error) { return &url.URL{Scheme: "http", Host: addr}, nil }}
		began := time.Now()
		if f, err := probe.Fetch(context.Background(), target(t, "gitlab.test"), proxied, noon); err == nil {
			t.Errorf("a proxy with %s: %v", name, f.Diagnosis)
		}
		template := leaf("gitlab.test")
		template.IssuerURLs = []string{"http://" + addr + "/ca"}
		d := reach(start(t, nil, root.Issue(template)))
		d.Timeout = 500 * time.Millisecond
		if f := fetch(t, "gitlab.test", d); f.Diagnosis.Code != trust.CodeIssuerMissing || len(f.Added) > 0 {
			t.Errorf("an issuer with %s: %v", name, f.Diagnosis)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: %s", name, took)
		}
	}
	runtime.ReadMemStats(&after)
	if used := after.Sys - before.Sys; used > 100<<20 {
		t.Errorf("%d bytes of memory", used)
	}
}

// TestLyingProxy: a proxy that takes a tunnel to a server of its own gets nobody to trust it.
func TestLyingProxy(t *testing.T) {
	root, mine := trusttest.SelfSigned(ca("Root")), trusttest.SelfSigned(ca("Root")) // of the same name
	lie := start(t, nil, mine.Issue(leaf("gitlab.test")), mine.Certificate)
	proxy := trusttest.StartProxy(lie.Addr, "", "")
	t.Cleanup(proxy.Close)
	d := probe.Dialer{System: x509.NewCertPool(), Timeout: 5 * time.Second, Proxy: func(*url.URL) (*url.URL, error) {
		return &url.URL{Scheme: "http", Host: proxy.Addr}, nil
	}}
	v := probe.Verify(t.Context(), target(t, "gitlab.test"), bundle(t, "ca.crt", root.Certificate), d, noon)
	if v.Runner.Status != trust.StatusFailed || v.Git.Status == trust.StatusOK {
		t.Errorf("%v, %v", v.Runner, v.Git)
	}
	plain := trusttest.StartHTTP(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	t.Cleanup(plain.Close)
	proxy = plain // says that there is a tunnel, and is none
	if _, err := probe.Fetch(t.Context(), target(t, "gitlab.test"), d, noon); err == nil {
		t.Error("a tunnel that is none was taken")
	}
}
