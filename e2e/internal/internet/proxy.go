package internet

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"helm-runnertrust/trust/trusttest"
)

// Proxy starts a proxy that ends with the test, and returns its URL. A host that the internet does
// not know fails the test: what is tried would reach for the network.
func (n *Internet) Proxy(t *testing.T) string {
	t.Helper()
	p := &proxy{to: n}
	server := httptest.NewServer(p)
	t.Cleanup(func() {
		server.Close()
		if unknown := p.unknown(); len(unknown) > 0 {
			t.Errorf("no stand-in for %q", unknown)
		}
	})
	return server.URL
}

// A proxy leads to the hosts of an internet.
type proxy struct {
	to *Internet

	mu      sync.Mutex
	refused []string
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, port, _ := net.SplitHostPort(r.Host)
	address := p.to.addresses[host]
	if r.Method != http.MethodConnect || port != "443" || address == "" {
		p.refuse(r.Method + " " + r.Host)
		http.Error(w, "no stand-in for "+r.Host, http.StatusForbidden)
		return
	}
	if err := trusttest.Tunnel(w, address); err != nil {
		p.refuse(fmt.Sprintf("%s: %v", r.Host, err))
	}
}

func (p *proxy) refuse(request string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = append(p.refused, request)
}

// unknown returns the requests that no stand-in serves.
func (p *proxy) unknown() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.refused)
}
