package trusttest

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server is something that listens on loopback until it is closed.
type Server struct {
	Addr  string // where it listens: "127.0.0.1:PORT" or "[::1]:PORT"
	Close func() // stops the server and its connections
}

// Port is the port that it listens on.
func (s *Server) Port() string {
	_, port, err := net.SplitHostPort(s.Addr)
	return must(port, err)
}

// certificate is what a TLS server with this key sends: its certificate, then the others.
func (i *Identity) certificate(others ...*x509.Certificate) tls.Certificate {
	c := tls.Certificate{PrivateKey: i.Key, Certificate: [][]byte{i.Certificate.Raw}}
	for _, other := range others {
		c.Certificate = append(c.Certificate, other.Raw)
	}
	return c
}

// StartTLS starts a stand-in for GitLab that sends id's certificate followed by others. config
// may set any other field, and may be nil.
func StartTLS(listen string, config *tls.Config, id *Identity, others ...*x509.Certificate) *Server {
	config = cmp.Or(config, &tls.Config{})
	config.Certificates = append(config.Certificates, id.certificate(others...))
	return serve(tls.NewListener(must(net.Listen("tcp", listen)), config), http.HandlerFunc(gitlab))
}

// StartHTTP starts a plain HTTP server.
func StartHTTP(handler http.Handler) *Server {
	return serve(must(net.Listen("tcp", loopback)), handler)
}

const loopback = "127.0.0.1:0"

func serve(listener net.Listener, handler http.Handler) *Server {
	server := &http.Server{
		Handler:           handler,
		ErrorLog:          log.New(io.Discard, "", 0),
		ReadHeaderTimeout: 10 * time.Second,
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) }) // always ends with an error: ErrServerClosed
	return &Server{Addr: listener.Addr().String(), Close: func() {
		_ = server.Close() // a listener that is closed already is as good
		serving.Wait()
	}}
}

// gitlab answers the one request that git ls-remote makes, for a repository with one branch
// (gitprotocol-http and gitprotocol-pack of git 2.39, version 0), a registry's client that asks for
// the tags of an image, and a word to all others.
func gitlab(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/v2/"+Image+"/tags/list" {
		_, _ = fmt.Fprintf(w, "{\"name\":%q,\"tags\":[\"main\"]}\n", Image)
		return
	}
	if r.URL.Path != "/"+Repository+"/info/refs" || r.URL.Query().Get("service") != "git-upload-pack" {
		_, _ = fmt.Fprintln(w, "stand-in for GitLab")
		return
	}
	w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
	w.Header().Set("Cache-Control", "no-cache")
	// Each packet begins with its length in hex digits, and 0000 ends a list of them.
	_, _ = io.WriteString(w, "001e# service=git-upload-pack\n0000"+
		"004d1111111111111111111111111111111111111111 refs/heads/main\x00agent=trusttest\n0000")
}

// Repository is the path of the repository that every server has, without a leading slash.
const Repository = "repo.git"

// Image is the name of the image that every server's registry has, with the tag main.
const Image = "image"

// StartConnections starts a server that hands each connection to handle, which returns when it is
// done with it or when stop is closed.
func StartConnections(handle func(conn net.Conn, stop <-chan struct{})) *Server {
	listener := must(net.Listen("tcp", loopback))
	stop := make(chan struct{})
	var accepting sync.WaitGroup
	accepting.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				handle(conn, stop)
			}()
		}
	})
	return &Server{Addr: listener.Addr().String(), Close: func() {
		close(stop)
		_ = listener.Close() // nothing to do about it
		accepting.Wait()
	}}
}

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
