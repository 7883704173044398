package matrix

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
	"helm-runnertrust/trust/trusttest/golden"
)

// heard are the servers whose clients' words docs/TROUBLESHOOTING.md quotes. The clients trust the
// server's root, but for the first one, where they trust another.
var heard = []string{
	"private-root-leaf", "expired", "not-yet-valid", "name-mismatch", "common-name-only", "ip-not-covered",
	"rsa-1024", "plain-http", "tls11-only",
}

// TestClientsSay records what real clients say of servers that they refuse.
func TestClientsSay(t *testing.T) {
	list, stop := trusttest.Scenarios(time.Now())
	t.Cleanup(stop)
	servers := map[string]trusttest.Scenario{}
	for _, s := range list {
		servers[s.Name] = s
	}
	other := trusttest.PEM(trusttest.SelfSigned(trusttest.Template{CommonName: "Other", CA: true, NotAfter: time.Now().Add(time.Hour)}).Certificate)
	var text strings.Builder
	for i, name := range heard {
		s, found := servers[name]
		if !found {
			t.Fatalf("no server %s", name)
		}
		file := other
		if i > 0 && s.Root != nil {
			file = trusttest.PEM(s.Root)
		}
		fmt.Fprintf(&text, "# %s\n%s\n", s.About, newVisit(t, s).heard(t, file))
	}
	demands := servers["client-certificate"]
	fmt.Fprintf(&text, "# %s\ngo: %v\n", demands.About, afterHandshake(t, demands))
	golden.Compare(t, filepath.Join("testdata", "clients.txt"), text.String())
}

// afterHandshake is what a Go program reads from a server that refuses it only then (TLS 1.3). What
// one hears that writes too depends on which end closes first.
func afterHandshake(t *testing.T, s trusttest.Scenario) error {
	t.Helper()
	dialer := tls.Dialer{Config: &tls.Config{ServerName: s.Host, RootCAs: trust.RunnerPool(nil, trusttest.PEM(s.Root))}}
	connection, err := dialer.DialContext(t.Context(), "tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	_, err = io.ReadAll(connection)
	return err
}

// heard is a line for each client that refuses the server.
func (v visit) heard(t *testing.T, file []byte) string {
	t.Helper()
	path := v.path("heard.pem")
	writeFile(t, path, file)
	var text strings.Builder
	for _, client := range []struct {
		name string
		err  error
	}{{"go", v.runner(file)}, {"git", v.git(t, path)}, {"curl", v.curl(t, path)}, {"openssl", v.openssl(t, path)}} {
		if client.err != nil {
			for line := range strings.Lines(v.maskClient(client.err.Error())) {
				text.WriteString(client.name + ": " + line)
			}
		}
	}
	return text.String()
}

// openssl shakes hands with the file as -CAfile, and tells what it has against the certificate.
func (v visit) openssl(t *testing.T, file string) error {
	t.Helper()
	result := command{
		program: client(t, "openssl"), args: []string{
			"s_client", "-connect", v.Addr, "-servername", v.Host, "-verify_hostname", v.Host, "-CAfile", file, "-verify_return_error",
		},
		env: isolated(v.path("home")), dir: v.path("home"), patience: v.patience(),
	}.run(t)
	if said := verifyError.FindString(result.stderr); said != "" {
		return errors.New(said)
	}
	return nil
}

var verifyError = regexp.MustCompile(`(?m)^verify error:.*$`)

// changing are the parts of clients' words that differ from run to run.
var changing = []struct {
	pattern *regexp.Regexp
	mask    string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "TIME"},
	{regexp.MustCompile(`(127\.0\.0\.1|\[::1\]|\.test):\d+`), "$1:PORT"},
	{regexp.MustCompile(`(?s)\nMore details here: .*`), ""},
	{regexp.MustCompile(`^exit code \d+: `), ""},
	{regexp.MustCompile(`OpenSSL/[\d.]+`), "OpenSSL"},
}

func (v visit) maskClient(said string) string {
	said = strings.ReplaceAll(said, v.dir+string(filepath.Separator), "")
	for _, c := range changing {
		said = c.pattern.ReplaceAllString(said, c.mask)
	}
	return strings.TrimRight(said, "\n") + "\n"
}
