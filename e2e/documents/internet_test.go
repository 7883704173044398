package documents

import (
	"net/http"
	"testing"
	"time"

	"helm-runnertrust/e2e/internal/internet"
	"helm-runnertrust/trust/trusttest"
)

// What the documents name, and the stand-ins serve.
const (
	gitlabHost = "gitlab.example.com"
	chartsHost = "charts.gitlab.io"
	originHost = "example.com"
)

// newInternet is what the documents know of the world: the sites of some hosts, and a GitLab with a
// certificate of a private CA.
func newInternet(t *testing.T, sites map[string]http.Handler) *internet.Internet {
	t.Helper()
	from, until := time.Now().Add(-time.Hour), time.Now().AddDate(1, 0, 0)
	private := trusttest.SelfSigned(trusttest.Template{CommonName: "Example Root CA", CA: true, NotBefore: from, NotAfter: until.AddDate(9, 0, 0)})
	leaf := private.Issue(trusttest.Template{DNSNames: []string{gitlabHost}, NotBefore: from, NotAfter: until})
	gitlab := trusttest.StartTLS("127.0.0.1:0", nil, leaf, private.Certificate)
	t.Cleanup(gitlab.Close)
	n := internet.Start(t, sites)
	n.Add(gitlabHost, gitlab.Addr)
	return n
}
