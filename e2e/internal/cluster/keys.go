package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// keys are the files of one control plane's secrets, made for it alone.
type keys struct {
	servingCert, servingKey string // the API server's; the certificate is its own root
	accountKey              string // signs ServiceAccount tokens
	tokens                  string // --token-auth-file
	adminToken              string
	roots                   *x509.CertPool
}

// newKeys makes the keys and writes them to the folder dir.
func newKeys(dir string) (*keys, error) {
	k := &keys{
		servingCert: filepath.Join(dir, "serving.crt"),
		servingKey:  filepath.Join(dir, "serving.key"),
		accountKey:  filepath.Join(dir, "service-account.key"),
		tokens:      filepath.Join(dir, "tokens.csv"),
		roots:       x509.NewCertPool(),
	}
	serving, err := newKey(k.servingKey)
	if err != nil {
		return nil, err
	}
	if _, err := newKey(k.accountKey); err != nil {
		return nil, err
	}
	cert, err := selfSign(serving)
	if err != nil {
		return nil, err
	}
	k.roots.AppendCertsFromPEM(cert)
	token := make([]byte, 16)
	rand.Read(token)
	k.adminToken = hex.EncodeToString(token)
	// system:masters is allowed everything, before and without RBAC objects.
	line := k.adminToken + ",admin,admin,\"system:masters\"\n"
	if err := os.WriteFile(k.tokens, []byte(line), 0o600); err != nil {
		return nil, err
	}
	return k, os.WriteFile(k.servingCert, cert, 0o600)
}

// newKey makes an ECDSA P-256 key and writes it to path in SEC 1 form: the API
// server reads the public half from the same file and knows no PKCS#8 there.
func newKey(path string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
	return key, os.WriteFile(path, block, 0o600)
}

// selfSign returns a PEM certificate for 127.0.0.1, valid for a day.
func selfSign(key *ecdsa.PrivateKey) ([]byte, error) {
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(now.UnixNano()),
		Subject:               pkix.Name{CommonName: "e2e API server"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA:                  true,
		BasicConstraintsValid: true,
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames:              []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
