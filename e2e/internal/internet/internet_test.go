package internet

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
)

// Names lead to their stand-ins, and a name without one is told.
func TestProxyKnowsTheStandInsOnly(t *testing.T) {
	const site, private = "example.com", "gitlab.example.com"
	n := Start(t, map[string]http.Handler{site: http.NotFoundHandler()})
	other := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	n.Add(private, other.Listener.Addr().String())
	pem, err := os.ReadFile(n.Authority)
	if err != nil {
		t.Fatal(err)
	}
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(pem)
	p := &proxy{to: n}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{
		Proxy: http.ProxyURL(address), TLSClientConfig: &tls.Config{RootCAs: authorities}, DisableKeepAlives: true}}
	for target, want := range map[string]string{
		"https://" + site + "/x":         "",
		"https://" + private:             "x509: ",
		"https://www." + site:            "Forbidden",
		"https://" + site + ":8443/port": "Forbidden",
	} {
		response, err := client.Get(target)
		if err == nil {
			_ = response.Body.Close()
		}
		if text := fmt.Sprint(err); want == "" && err != nil || want != "" && !strings.Contains(text, want) {
			t.Errorf("%s: %v, want %q", target, err, want)
		}
	}
	unknown := p.unknown()
	slices.Sort(unknown)
	if want := []string{"CONNECT example.com:8443", "CONNECT www.example.com:443"}; !slices.Equal(unknown, want) {
		t.Errorf("unknown: %q, want %q", unknown, want)
	}
}

// Helm packages both charts under the names and the version of those that they stand in for.
func TestCharts(t *testing.T) {
	answer := httptest.NewRecorder()
	Charts(t, "../..").ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/index.yaml", nil))
	for _, name := range []string{"gitlab-runner", "gitlab"} {
		if archive := "- " + name + "-0.86.0.tgz\n"; !strings.Contains(answer.Body.String(), archive) {
			t.Errorf("no %q in the index: %d\n%s", archive, answer.Code, answer.Body)
		}
	}
}
