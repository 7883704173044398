package matrix

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"helm-runnertrust/trust"
)

// goldenDir has one file for each server: what is typed and what is said.
var goldenDir = filepath.Join("testdata", "servers")

// noLeftovers fails the test for a golden file that belongs to no server.
func noLeftovers(t *testing.T, names map[string]bool) {
	t.Helper()
	entries, err := os.ReadDir(goldenDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !names[strings.TrimSuffix(entry.Name(), ".txt")] {
			t.Errorf("%s belongs to no server", filepath.Join(goldenDir, entry.Name()))
		}
	}
}

// What differs from run to run or from machine to machine. The operating
// system and the resolver choose the words of a cause.
var masks = []struct {
	pattern *regexp.Regexp
	mask    string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d`), "YYYY-MM-DD"},
	{regexp.MustCompile(`\d\d:\d\d UTC`), "hh:mm UTC"},
	{regexp.MustCompile(`(127\.0\.0\.1|\[::1\]|\.test|\.Test):\d+`), "$1:PORT"},
	{regexp.MustCompile(`(the connection during the handshake|cannot be resolved here|connection is refused): .*`), "$1: CAUSE"},
}

// mask makes what was said comparable. A fingerprint gives way only if it is
// that of one of the certificates.
func mask(text, dir string, certs []*x509.Certificate) string {
	text = strings.ReplaceAll(text, dir+string(filepath.Separator), "")
	for _, c := range certs {
		text = strings.ReplaceAll(text, strings.TrimPrefix(trust.Fingerprint(c), "sha256:"), "SHA-256 of "+shortName(c))
	}
	for _, m := range masks {
		text = m.pattern.ReplaceAllString(text, m.mask)
	}
	return text
}

// shortName is a certificate in a few words: an authority by its common name,
// any other by the first name that it covers.
func shortName(c *x509.Certificate) string {
	if names := trust.CoveredNames(c); !c.IsCA && len(names) > 0 {
		return names[0]
	}
	return c.Subject.CommonName
}
