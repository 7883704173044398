package probe_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
	"helm-runnertrust/trust/trusttest"
	"helm-runnertrust/trust/trusttest/golden"
)

func TestConnect(t *testing.T) {
	s := start(t, nil, trusttest.SelfSigned(leaf("gitlab.test")))
	for connect, host := range map[string]string{
		s.Addr:      "gitlab.test",
		"127.0.0.1": "gitlab.test:" + s.Port(),
		"":          "127.0.0.1:" + s.Port(),
		// A URL is as good as its host.
		"https://127.0.0.1":       "gitlab.test:" + s.Port(),
		"https://" + s.Addr + "/": "gitlab.test",
	} {
		d := reach(s)
		d.Connect = connect
		if f := fetch(t, host, d); len(f.Sent) != 1 {
			t.Errorf("%q: %d certificates", connect, len(f.Sent))
		}
	}
	for connect, place := range map[string]string{
		"https://u:swordfish@h": `"https://***@h"`, "u:swordfish@h": `"***@h"`, "127.0.0.1:0": `"127.0.0.1:0"`, "a b": `"a b"`,
	} {
		_, err := probe.Fetch(context.Background(), target(t, "gitlab.test"), probe.Dialer{Connect: connect}, noon)
		refusal, ok := errors.AsType[*trust.Error](err)
		if !ok || refusal.Origin != place || strings.Contains(err.Error(), "swordfish") {
			t.Errorf("%q: %v", connect, err)
		}
	}
}

// TestSystemPool: without a pool, the dialer takes Mozilla's list, which does not know a
// certificate made just now.
func TestSystemPool(t *testing.T) {
	s := start(t, nil, trusttest.SelfSigned(leaf("gitlab.test")))
	v := probe.Verify(context.Background(), target(t, "gitlab.test"), nil, probe.Dialer{Connect: s.Addr}, noon)
	if v.Status() != trust.StatusFailed || v.Runner.Finding.Code != trust.CodeUnknownAuthority || len(v.Sent) != 1 {
		t.Errorf("%+v", v)
	}
}

func TestCanceled(t *testing.T) {
	s := start(t, nil, trusttest.SelfSigned(leaf("gitlab.test")))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := probe.Fetch(ctx, target(t, "gitlab.test"), reach(s), noon)
	if !errors.Is(err, context.Canceled) && !strings.Contains(err.Error(), "canceled") {
		t.Errorf("got %v", err)
	}
}

// TestProxyFaults holds against a golden file what is said about proxies that do not work.
func TestProxyFaults(t *testing.T) {
	s := start(t, nil, trusttest.SelfSigned(leaf("gitlab.test")))
	answers := func(text string) string {
		p := trusttest.StartConnections(func(conn net.Conn, stop <-chan struct{}) {
			if text == "" {
				<-stop
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_, _ = io.WriteString(conn, text)
			}
		})
		t.Cleanup(p.Close)
		return p.Addr
	}
	var text strings.Builder
	for _, test := range []struct{ name, proxy string }{
		{"scheme", "socks5://user:secret@127.0.0.1:1080"},
		{"refused", "http://user:secret@127.0.0.1:1"},
		{"token", "http://secret@127.0.0.1:1"},
		{"unresolvable", "http://no-such-host.invalid"},
		{"forbids", "http://" + answers("HTTP/1.1 403 Forbidden\r\n\r\n")},
		{"speaks first", "http://" + answers("HTTP/1.1 200 OK\r\n\r\nhello")},
		{"no HTTP", "http://" + answers("hello\r\n")},
		{"silent", "http://" + answers("")},
		{"secure", "https://user:secret@127.0.0.1:1080"},
	} {
		proxy, err := url.Parse(test.proxy)
		if err != nil {
			t.Fatal(err)
		}
		d := reach(s)
		d.Proxy = func(*url.URL) (*url.URL, error) { return proxy, nil }
		if test.name == "silent" {
			d.Timeout = 300 * time.Millisecond
		}
		_, err = probe.Fetch(context.Background(), target(t, "gitlab.test"), d, noon)
		refusal, ok := errors.AsType[*trust.Error](err)
		if !ok || !strings.HasPrefix(string(refusal.Code), "proxy") || strings.Contains(err.Error(), "secret") || test.name == "no HTTP" && refusal.Err == nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		fmt.Fprintf(&text, "%s: %s: %s\n", test.name, refusal.Code, refusal.Message)
		v := probe.Verify(context.Background(), target(t, "gitlab.test"), nil, d, noon)
		if v.Git.Status != trust.StatusFailed || v.Git.Finding.Code != refusal.Code {
			t.Errorf("%s: %v", test.name, v)
		}
	}
	golden.Compare(t, filepath.Join("testdata", "proxy.txt"), mask(text.String()))
}

func TestProxyChoice(t *testing.T) {
	id := trusttest.SelfSigned(leaf("gitlab.test"))
	s := start(t, nil, id)
	var asked []string
	d := reach(s)
	d.Proxy = func(u *url.URL) (*url.URL, error) {
		asked = append(asked, u.Host)
		if u.Host == s.Addr {
			return nil, nil // as for every address on loopback
		}
		return url.Parse("http://127.0.0.1:1")
	}
	fetch(t, "gitlab.test", d)
	if got := strings.Join(asked, " "); got != "gitlab.test "+s.Addr {
		t.Errorf("asked for %s", got)
	}
	// What is no URL is not repeated: it may hold a password.
	for _, proxy := range []func() (*url.URL, error){
		func() (*url.URL, error) { return nil, errors.New("swordfish is no URL") },
		func() (*url.URL, error) { return url.Parse("http://swordfish/x@proxy.test") },
		func() (*url.URL, error) { return url.Parse("http://u:1234/swordfish@proxy.test") },
	} {
		d.Proxy = func(*url.URL) (*url.URL, error) { return proxy() }
		_, err := probe.Fetch(context.Background(), target(t, "gitlab.test"), d, noon)
		if err == nil || err.Error() != "gitlab.test:443: its proxy is not a URL" {
			t.Errorf("got %v", err)
		}
	}
}

// TestExplain covers errors that no server of the scenarios causes.
func TestExplain(t *testing.T) {
	for want, err := range map[trust.Code]error{
		"unreachable":       &net.OpError{Op: "dial", Err: errors.New("no route to host")},
		"no-answer":         &net.OpError{Op: "dial", Err: context.DeadlineExceeded},
		"timeout":           context.DeadlineExceeded,
		"closed":            io.ErrUnexpectedEOF,
		"handshake-failed":  errors.New("remote error: tls: internal error"),
		"nothing-in-common": errors.New("remote error: tls: handshake failure"),
		"not-tls":           tls.RecordHeaderError{},
	} {
		f := probe.Explain(fmt.Errorf("wrapped: %w", err))
		if f.Code != want || f.Message == "" {
			t.Errorf("%s: %#v", want, f)
		}
	}
}

// startText starts a TLS server that asks for a client certificate, answers every first request with
// the same text, whatever protocol that is, and closes.
func startText(id *trusttest.Identity, answer string) *trusttest.Server {
	config := &tls.Config{
		ClientAuth:   tls.RequestClientCert,
		Certificates: []tls.Certificate{{PrivateKey: id.Key, Certificate: [][]byte{id.Certificate.Raw}}},
	}
	return trusttest.StartConnections(func(conn net.Conn, _ <-chan struct{}) {
		server := tls.Server(conn, config)
		if _, err := http.ReadRequest(bufio.NewReader(server)); err != nil {
			return
		}
		_, _ = io.WriteString(server, answer) // the client may have left
		_ = server.Close()
	})
}
