package probe

import (
	"bufio"
	"cmp"
	"context"
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
func tunnel(ctx context.Context, proxy *url.URL, address string) (net.Conn, error) {
	refuse := func(message string, err error) (net.Conn, error) {
		return nil, &trust.Error{Origin: trust.PrintableURL(proxy.String()), Code: CodeProxy, Message: message, Err: err}
	}
	if proxy.Scheme != "http" {
		return refuse("only http proxies are supported", nil)
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(proxy.Hostname(), cmp.Or(proxy.Port(), "80")))
	if err != nil {
		return refuse("the proxy cannot be reached", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	fault, err := askTunnel(conn, proxy.User, address)
	if !stop() {
		fault, err = "the proxy did not answer in time", ctx.Err()
	}
	if fault != "" {
		_ = conn.Close()
		return refuse(fault, err)
	}
	return conn, nil
}

// askTunnel returns what keeps the proxy from connecting to the address; "" for nothing.
func askTunnel(conn net.Conn, user *url.Userinfo, address string) (fault string, err error) {
	request := "CONNECT " + address + " HTTP/1.1\r\nHost: " + address + "\r\n"
	if user != nil {
		password, _ := user.Password()
		request += "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)) + "\r\n"
	}
	if _, err := io.WriteString(conn, request+"\r\n"); err != nil {
		return "the proxy does not listen", err
	}
	reader := bufio.NewReader(io.LimitReader(conn, maxProxyAnswer))
	answer, err := http.ReadResponse(reader, &http.Request{Method: http.MethodConnect})
	if err != nil {
		return "the proxy gives no proper answer", err
	}
	switch {
	case answer.StatusCode == http.StatusProxyAuthRequired:
		return "the proxy demands a user and password that it accepts", nil
	case answer.StatusCode/100 != 2:
		return fmt.Sprintf("the proxy refuses to connect to %s: %s", address, answer.Status), nil
	case reader.Buffered() > 0:
		return "the proxy speaks before the server does", nil
	}
	return "", nil
}
