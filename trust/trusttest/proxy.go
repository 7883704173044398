package trusttest

import (
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// StartProxy starts an HTTP proxy that knows only CONNECT and takes every tunnel to the given
// address, whatever name is asked for, as a proxy with its own view of the names would. With a user
// it demands basic authorization (RFC 9110, section 11.7).
func StartProxy(to, user, password string) *Server {
	return StartHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			http.Error(w, "only CONNECT", http.StatusMethodNotAllowed)
			return
		}
		asked := &http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}
		if gotUser, gotPassword, _ := asked.BasicAuth(); gotUser != user || gotPassword != password {
			w.Header().Set("Proxy-Authenticate", `Basic realm="trusttest"`)
			http.Error(w, "who are you", http.StatusProxyAuthRequired)
			return
		}
		_ = Tunnel(w, to) // the client hears of it
	}))
}

// Tunnel answers a CONNECT with a connection to the address, and hands bytes on until one side
// leaves. The error, of which the client is told, is that there is no connection.
func Tunnel(w http.ResponseWriter, to string) error {
	server, err := net.DialTimeout("tcp", to, 5*time.Second)
	if err != nil {
		http.Error(w, "no connection", http.StatusBadGateway)
		return err
	}
	defer func() { _ = server.Close() }()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return err
	}
	defer func() { _ = client.Close() }()
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{server, client}, {client, server}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			// Half a tunnel is no tunnel: wake the other direction.
			_ = way[0].Close()
			_ = way[1].Close()
		})
	}
	both.Wait()
	return nil
}
