package trust_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"math/rand/v2"
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
	random := rand.New(rand.NewPCG(1, 2))
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
