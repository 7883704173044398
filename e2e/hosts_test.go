//go:build gitops

package e2e

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// startHosts starts a proxy that leads each host:port to its address on loopback, and returns the
// proxy's URL. A host that it does not know fails the test: an example would reach for the network.
func startHosts(t *testing.T, addresses map[string]string) string {
	t.Helper()
	var mutex sync.Mutex
	var unknown []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address, known := addresses[r.Host]
		if !known || r.Method != http.MethodConnect {
			mutex.Lock()
			unknown = append(unknown, r.Method+" "+r.Host)
			mutex.Unlock()
			http.Error(w, "no such host here", http.StatusForbidden)
			return
		}
		server, err := net.DialTimeout("tcp", address, 5*time.Second)
		if err != nil {
			http.Error(w, "no connection", http.StatusBadGateway)
			return
		}
		defer func() { _ = server.Close() }()
		client, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return // the client has left
		}
		join(client, server)
	}))
	t.Cleanup(func() {
		proxy.Close()
		mutex.Lock()
		defer mutex.Unlock()
		if len(unknown) > 0 {
			t.Errorf("no stand-in for %q", unknown)
		}
	})
	return proxy.URL
}

// join hands bytes on between a client that waits for a tunnel and its server, until one leaves.
func join(client, server net.Conn) {
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{server, client}, {client, server}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			_ = way[0].Close()
			_ = way[1].Close()
		})
	}
	both.Wait()
}
