package probe_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"testing"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// TestUnicodeHost holds what we say of a host with other letters than ASCII's against net/http,
// which the runner connects with: the name that it resolves, the one that it asks the server for,
// and the certificate that it accepts.
func TestUnicodeHost(t *testing.T) {
	for _, host := range []string{"gitläb.test", "GITLÄB.Test", "gitl%C3%A4b.test", "git.日本.test", "straße.test", "GitLab.test"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			rawURL := "https://" + host + ":8443/"
			server, err := gitlabrunner.ParseServer(rawURL)
			if err != nil {
				t.Fatal(err)
			}
			id := trusttest.SelfSigned(leaf(strings.ToLower(server.Name)))
			asked := make(chan string, 1)
			listening := start(t, &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
				asked <- hello.ServerName
				return nil, nil
			}}, id)
			dialed := ""
			transport := &http.Transport{
				TLSClientConfig: &tls.Config{
					RootCAs: trust.RunnerPool(nil, trusttest.PEM(id.Certificate)), Time: atNoon,
				},
				DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
					dialed = address
					return new(net.Dialer).DialContext(ctx, network, listening.Addr)
				},
			}
			t.Cleanup(transport.CloseIdleConnections)
			answer, err := (&http.Client{Transport: transport}).Get(rawURL)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if name := <-asked; name != server.Name || dialed != server.Name+":8443" {
				t.Errorf("it dials %q and asks for %q, not %q", dialed, name, server.Name)
			}
		})
	}
}
