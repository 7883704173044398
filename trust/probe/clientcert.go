package probe

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"time"
)

// probeTime bounds the wait for a server's word after the handshake.
const probeTime = 3 * time.Second

// refusesWithoutCertificate reports whether a server that has asked for a client certificate demands one. It
// sends a request and waits for the first answer: in TLS 1.3 the client's
// handshake is over before the server has looked for the certificate (RFC 8446, section 4.4.2.4).
// nginx accepts the handshake and refuses in HTTP (ngx_http_request.c, "No required SSL certificate
// was sent").
func refusesWithoutCertificate(ctx context.Context, conn *tls.Conn, host string) bool {
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
	if err != nil { // silence and closing are no statement about certificates
		return strings.Contains(err.Error(), "remote error: tls:")
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body) // what did not come does not matter
	return answer.StatusCode == http.StatusBadRequest && bytes.Contains(body, []byte("SSL certificate was sent"))
}
