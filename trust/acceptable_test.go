package trust_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// TestUnusableBesideGo compares the word on random CAs with that of crypto/x509 on a certificate that they issued
// for the host.
func TestUnusableBesideGo(t *testing.T) {
	const host = "gitlab.lab.test"
	domains := []string{"", "test", ".test", "lab.test", ".lab.test", "LAB.test", host, "." + host, "a.lab.test", "other.test", "ab.test"}
	usages := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageCodeSigning, x509.ExtKeyUsageAny}
	random := mathrand.New(mathrand.NewPCG(1, 2))
	some := func() (names []string) {
		for range max(0, random.IntN(5)-2) {
			names = append(names, domains[random.IntN(len(domains))])
		}
		return names
	}
	network := &net.IPNet{IP: net.IPv4(10, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}
	key, refused := trusttest.NewKey(trusttest.P256), 0
	for n := range 400 {
		template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "CA"}, NotBefore: noon.Add(-day), NotAfter: noon.Add(day),
			BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign, PermittedDNSDomains: some(), ExcludedDNSDomains: some()}
		switch random.IntN(6) {
		case 0:
			template.PermittedIPRanges = []*net.IPNet{network}
		case 1:
			template.ExcludedIPRanges = []*net.IPNet{network}
		}
		for range max(0, random.IntN(4)-1) {
			template.ExtKeyUsage = append(template.ExtKeyUsage, usages[random.IntN(len(usages))])
		}
		ca := trusttest.Certify(template, key, nil)
		for _, name := range []string{host, "10.1.2.3", "192.0.2.1"} {
			wanted := trusttest.Leaf(noon, name)
			if ip := net.ParseIP(name); ip != nil {
				wanted.DNSNames, wanted.IPs = nil, []net.IP{ip}
			}
			leaf := ca.Issue(wanted).Certificate
			pool := x509.NewCertPool()
			pool.AddCert(ca.Certificate)
			_, err := leaf.Verify(x509.VerifyOptions{Roots: pool, CurrentTime: noon, DNSName: name})
			f := bundle(t, "f.crt", ca.Certificate).Unusable(name, noon)
			if (err != nil) != (f != nil) {
				t.Errorf("%d: permitted %q, excluded %q, usages %v: got %v for %s, and Go says %v", n, template.PermittedDNSDomains,
					template.ExcludedDNSDomains, template.ExtKeyUsage, f, name, err)
			}
			if f != nil {
				refused++
				if f.Code != trust.CodeInvalid {
					t.Errorf("got %v", f)
				}
			}
		}
	}
	if refused < 100 || refused > 1100 {
		t.Errorf("%d of 1200 are refused", refused)
	}
}

// TestBarrenBesideGo compares the word on CAs of several keys and key usages with that of crypto/x509 on a
// certificate that they signed.
func TestBarrenBesideGo(t *testing.T) {
	const host = "gitlab.test"
	t.Setenv("GODEBUG", "rsa1024min=0") // to make what Go refuses to check
	short, err := rsa.GenerateKey(rand.Reader, 768)
	if err != nil {
		t.Fatal(err)
	}
	keys := []crypto.Signer{short, trusttest.NewKey(trusttest.RSA1024), trusttest.NewKey(trusttest.P256), trusttest.NewKey(trusttest.Ed25519)}
	barren := 0
	for _, key := range keys {
		for _, usage := range []x509.KeyUsage{0, x509.KeyUsageCertSign, x509.KeyUsageCRLSign, x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature} {
			for i, public := range []any{key.Public(), nil} { // Go has none of Ed448
				t.Setenv("GODEBUG", "rsa1024min=0")
				ca := trusttest.Certify(&x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, NotBefore: noon.Add(-day),
					NotAfter: noon.Add(day), BasicConstraintsValid: true, IsCA: true, KeyUsage: usage}, key, nil)
				leaf := ca.Issue(trusttest.Leaf(noon, host)).Certificate
				t.Setenv("GODEBUG", "")
				if ca.Certificate.PublicKey = public; i > 0 {
					ca.Certificate.PublicKeyAlgorithm = x509.UnknownPublicKeyAlgorithm
				}
				_, err := leaf.Verify(x509.VerifyOptions{Roots: trust.Pool(ca.Certificate), CurrentTime: noon, DNSName: host})
				f := trust.Barren(ca.Certificate, host)
				if (err != nil) != (f != nil) {
					t.Errorf("%T, %T, usage %b: got %v, and Go says %v", key, public, usage, f, err)
				}
				if f != nil {
					barren++
				}
				if own := trust.Barren(leaf, host); own != nil {
					t.Errorf("the host's own certificate: %v", own)
				}
			}
		}
	}
	curve, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	own := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotBefore: noon.Add(-day), NotAfter: noon.Add(day)}
	if trust.Barren(trusttest.Certify(own, curve, nil).Certificate, host) == nil {
		t.Error("a server's key on P-224 passes")
	}
	long := trusttest.Certify(own, trusttest.NewKey(trusttest.RSA2048), nil).Certificate
	for bits, want := range map[uint]bool{8192: false, 8193: true} {
		long.PublicKey = &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), bits-1), E: 65537}
		if got := trust.Barren(long, host) != nil; got != want {
			t.Errorf("a server's RSA key of %d bits: %t", bits, got)
		}
	}
	if barren != 23 {
		t.Errorf("%d of 32 sign nothing", barren)
	}
}
