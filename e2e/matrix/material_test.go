package matrix

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"helm-runnertrust/trust/trusttest"
)

// authority is a template for a CA that is valid today.
func authority(name string) trusttest.Template {
	now := time.Now()
	return trusttest.Template{CommonName: name, CA: true, NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(1, 0, 0)}
}

// unusable are files that are no trust material, by what is wrong with them.
// Each has the words that a message has to have.
func unusable(t *testing.T) map[string]struct {
	content []byte
	says    string
} {
	root := trusttest.SelfSigned(authority("Root"))
	text := trusttest.PEM(root.Certificate)
	request, err := x509.CreateCertificateRequest(rand.Reader, new(x509.CertificateRequest), root.Key)
	if err != nil {
		t.Fatal(err)
	}
	revoked, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: time.Now(), NextUpdate: time.Now().AddDate(0, 1, 0),
	}, root.Certificate, root.Key)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]struct {
		content []byte
		says    string
	}{
		"empty file":               {nil, "empty"},
		"web page":                 {[]byte("<!DOCTYPE html>\n<html><body>Sign in</body></html>\n"), "web page"},
		"key beside a certificate": {append(bytes.Clone(text), privateKey(t, "PRIVATE KEY", nil)...), "private key"},
		"encrypted key":            {append(bytes.Clone(text), privateKey(t, "ENCRYPTED PRIVATE KEY", nil)...), "private key"},
		"encrypted key, old form": {append(bytes.Clone(text), privateKey(t, "EC PRIVATE KEY", map[string]string{
			"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00112233445566778899AABBCCDDEEFF",
		})...), "private key"},
		"certificate request": {encode("CERTIFICATE REQUEST", request), "certificate request"},
		"revocation list":     {encode("X509 CRL", revoked), "revocation list"},
		"truncated file":      {text[:len(text)/2], "truncated"},
		"truncated base64":    {withoutLastDigit(text), "base64"},
		"NUL bytes":           {bytes.Replace(text, []byte("\n"), []byte("\n\x00\x00\n"), 1), "NUL"},
		"10 MB":               {bytes.Repeat(text, 10<<20/len(text)), "1048576"},
	}
}

// withoutLastDigit cuts one character off the end of a block's base64.
func withoutLastDigit(text []byte) []byte {
	end := bytes.Index(text, []byte("\n-----END"))
	return append(bytes.Clone(text[:end-1]), text[end:]...)
}

func encode(label string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
}

// privateKey is a new key with this label; encrypted or not makes no
// difference to who only looks at the label and the headers.
func privateKey(t *testing.T, label string, headers map[string]string) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(trusttest.SelfSigned(authority("Key")).Key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: label, Headers: headers, Bytes: der})
}

// badPath is a path that cannot be trust material, and why.
type badPath struct{ path, says string }

// badPaths lays out in dir what unusable has, and paths that hold no file.
func badPaths(t *testing.T, dir string) map[string]badPath {
	t.Helper()
	paths := map[string]badPath{}
	for name, file := range unusable(t) {
		path := filepath.Join(dir, name+".crt")
		writeFile(t, path, file.content)
		paths[name] = badPath{path, file.says}
	}
	folder, loop := filepath.Join(dir, "folder"), filepath.Join(dir, "loop.crt")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(folder, "ca.pem"), nil)
	// Permissions do not keep root from reading, a link to itself does.
	if err := os.Symlink("loop.crt", loop); err != nil {
		t.Fatal(err)
	}
	paths["folder without .crt"] = badPath{folder, "<host>.crt"}
	paths["unreadable file"] = badPath{loop, "cannot be read"}
	paths["missing file"] = badPath{filepath.Join(dir, "no-such-file.crt"), "cannot be read"}
	paths["path below a file"] = badPath{filepath.Join(dir, "empty file.crt", "ca.crt"), "cannot be read"}
	return paths
}
