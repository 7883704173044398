package probe

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// probeTime bounds the wait for a server's word after the handshake.
const probeTime = 3 * time.Second

var errNoClientCertificate = errors.New("the server demands a client certificate")

// refusesWithoutCertificate sends a request and waits for the first answer: in TLS 1.3 the client's
// handshake is over before the server has looked for the certificate (RFC 8446, section 4.4.2.4).
// nginx accepts the handshake and refuses in HTTP (ngx_http_request.c, "No required SSL certificate
// was sent").
func refusesWithoutCertificate(ctx context.Context, conn *tls.Conn, host string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = conn.NetConn().Close() })
	defer stop()
	request := "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"
	const enough = 16 << 10
	_, err := io.WriteString(conn, request)
	var answer *http.Response
	if err == nil {
		answer, err = http.ReadResponse(bufio.NewReader(io.LimitReader(conn, enough)), nil)
	}
	switch {
	case err != nil && strings.Contains(err.Error(), "remote error: tls:"):
		return err
	case err != nil: // silence and closing are no statement about certificates
		return nil
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body) // what did not come does not matter
	if answer.StatusCode == http.StatusBadRequest && bytes.Contains(body, []byte("SSL certificate was sent")) {
		return errNoClientCertificate
	}
	return nil
}
