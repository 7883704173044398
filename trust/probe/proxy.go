package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"helm-runnertrust/trust"
)

// maxProxyAnswer bounds the header of a proxy's answer.
const maxProxyAnswer = 64 << 10

// tunnel opens a connection through an HTTP proxy with CONNECT (RFC 9110, section 9.3.6).
func (d Dialer) tunnel(ctx context.Context, proxy *url.URL, address string) (net.Conn, error) {
	conn, err := d.dialProxy(ctx, proxy)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	err = askTunnel(conn, proxy, address)
	if !stop() {
		err = &trust.Error{Origin: proxyName(proxy), Code: CodeProxy, Message: "the proxy did not answer in time", Err: ctx.Err()}
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// proxyName is the proxy in messages.
func proxyName(proxy *url.URL) string { return trust.PrintableURL(proxy.String()) }

func (d Dialer) dialProxy(ctx context.Context, proxy *url.URL) (net.Conn, error) {
	port := map[string]string{"http": "80", "https": "443"}[proxy.Scheme]
	if port == "" {
		return nil, &trust.Error{Origin: proxyName(proxy), Code: CodeProxy, Message: "only http and https proxies are supported"}
	}
	if proxy.Port() != "" {
		port = proxy.Port()
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(proxy.Hostname(), port))
	if err != nil {
		return nil, &trust.Error{Origin: proxyName(proxy), Code: CodeProxy, Message: "the proxy cannot be reached", Err: err}
	}
	if proxy.Scheme == "http" {
		return conn, nil
	}
	machine, err := d.machine() // this program is the proxy's client
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	client := tls.Client(conn, &tls.Config{ServerName: proxy.Hostname(), RootCAs: machine, MinVersion: tls.VersionTLS12})
	if err := client.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, &trust.Error{Origin: proxyName(proxy), Code: CodeProxy, Message: "the proxy itself is not trusted", Err: err}
	}
	return client, nil
}

func askTunnel(conn net.Conn, proxy *url.URL, address string) error {
	request := "CONNECT " + address + " HTTP/1.1\r\nHost: " + address + "\r\n"
	if user := proxy.User; user != nil {
		password, _ := user.Password()
		request += "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)) + "\r\n"
	}
	refuse := func(message string, err error) error {
		return &trust.Error{Origin: proxyName(proxy), Code: CodeProxy, Message: message, Err: err}
	}
	if _, err := io.WriteString(conn, request+"\r\n"); err != nil {
		return refuse("the proxy does not listen", err)
	}
	reader := bufio.NewReader(io.LimitReader(conn, maxProxyAnswer))
	answer, err := http.ReadResponse(reader, &http.Request{Method: http.MethodConnect})
	if err != nil {
		return refuse("the proxy gives no proper answer", err)
	}
	answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusProxyAuthRequired:
		return refuse("the proxy demands a user and password that it accepts", nil)
	case answer.StatusCode/100 != 2:
		return refuse(fmt.Sprintf("the proxy refuses to connect to %s: %s", address, answer.Status), nil)
	case reader.Buffered() > 0:
		return refuse("the proxy speaks before the server does", nil)
	}
	return nil
}
