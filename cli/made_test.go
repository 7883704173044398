package cli

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
)

// madeDir holds what fixtures refer to as made/: files that must not be in the repository, as they
// have a private key or are too large.
var madeDir string

func TestMain(m *testing.M) {
	os.Exit(runWithFiles(m))
}

func runWithFiles(m *testing.M) int {
	dir, err := os.MkdirTemp("", "runnertrust-made-*")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := makeFiles(dir); err != nil {
		panic(err)
	}
	madeDir = dir
	return m.Run()
}

// makeFiles writes the files; fixtures/README.md says what each is for.
func makeFiles(dir string) error {
	ca, err := os.ReadFile(filepath.Join(fixturesDir, "certs", "ca.crt"))
	if err != nil {
		return err
	}
	truncated, err := os.ReadFile(filepath.Join(fixturesDir, "certs", "truncated.crt"))
	if err != nil {
		return err
	}
	files, err := keyFiles(ca)
	if err != nil {
		return err
	}
	files["hosts-with-key/gitlab.example.com.crt"] = files["key-beside-certificate.pem"]
	files["hosts-broken/gitlab.example.com.crt"] = truncated
	if files["dense.der"], err = certificateOf(900 << 10); err != nil {
		return err
	}
	for _, name := range []string{"half-1.crt", "half-2.crt"} {
		der, err := certificateOf(400 << 10)
		if err != nil {
			return err
		}
		files[name] = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	files["one-mebibyte.crt"] = padded(ca, 1<<20)
	files["too-large.crt"] = padded(ca, 1<<20+1)
	files["huge.crt"] = bytes.Repeat(ca, 10<<20/len(ca)+1)
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
	}
	return os.Symlink("loop.crt", filepath.Join(dir, "loop.crt")) // unreadable even for root
}

// keyFiles are those with a private key, made anew in each run.
func keyFiles(ca []byte) (map[string][]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	sec1, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	pkcs12, err := asn1.Marshal(struct {
		Version int
		Content struct{ Type asn1.ObjectIdentifier }
	}{3, struct{ Type asn1.ObjectIdentifier }{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}}})
	if err != nil {
		return nil, err
	}
	block := func(label string, headers map[string]string) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: label, Headers: headers, Bytes: pkcs8})
	}
	plain := block("PRIVATE KEY", nil)
	legacy := map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00112233445566778899AABBCCDDEEFF"}
	firstLines := bytes.Join(bytes.SplitAfter(plain, []byte("\n"))[:3], nil)
	return map[string][]byte{
		"key-beside-certificate.pem": concat(ca, plain),
		"key-before-certificate.pem": concat(plain, ca),
		"key-only.pem":               plain,
		"key-encrypted.pem":          concat(ca, block("ENCRYPTED PRIVATE KEY", nil)),
		"key-legacy.pem":             concat(ca, block("EC PRIVATE KEY", legacy)),
		"key-openssh.pem":            concat(ca, block("OPENSSH PRIVATE KEY", nil)),
		"key-truncated.pem":          concat(ca, firstLines),
		"key-glued.pem":              concat(bytes.TrimRight(ca, "\n"), plain),
		"key.der":                    pkcs8,
		"key-legacy.der":             sec1,
		"bundle.p12":                 pkcs12,
	}, nil
}

func concat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// padded is a file of exactly this size: RFC 7468 allows text around blocks.
func padded(text []byte, size int) []byte {
	line := []byte("# text that explains the certificate above, as bundles have it\n")
	for len(text)+len(line) <= size {
		text = concat(text, bytes.Repeat(line, max(1, (size-len(text))/len(line))))
	}
	return concat(text, bytes.Repeat([]byte("#"), size-len(text)))
}

// certificateOf is a CA's certificate in DER with an extension of this size that means nothing. All
// else about it has always the same length.
func certificateOf(size int) ([]byte, error) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	filling := pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 1}, Value: make([]byte, size)} // RFC 5612
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "Example Large CA"}, SerialNumber: big.NewInt(1),
		NotBefore: fixturesNow.AddDate(-1, 0, 0), NotAfter: fixturesNow.AddDate(9, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, ExtraExtensions: []pkix.Extension{filling},
	}
	return x509.CreateCertificate(rand.Reader, template, template, public, key)
}
