package probe_test

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"testing"
	"time"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
	"helm-runnertrust/trust/trusttest"
)

// TestHugeKeySent explains why a server with such a certificate is lost to the runner too.
func TestHugeKeySent(t *testing.T) {
	root := trusttest.SelfSigned(ca("Root"))
	key := new(big.Int).Lsh(big.NewInt(1), 8200)
	huge := root.CertifyKey(ca("Other"), &rsa.PublicKey{N: key.SetBit(key, 0, 1), E: 65537})
	d := reach(start(t, nil, root.Issue(leaf("gitlab.test")), huge))
	_, err := probe.Fetch(context.Background(), target(t, "gitlab.test"), d, noon)
	refusal, ok := errors.AsType[*trust.Error](err)
	if !ok || refusal.Code != trust.CodeHugeKey {
		t.Errorf("got %v", err)
	}
}

// TestManyNamePairs: names are not held against name constraints where that would take minutes.
func TestManyNamePairs(t *testing.T) {
	root := ca("Root")
	key := trusttest.NewKey(trusttest.P256)
	constrained := &x509.Certificate{
		Subject: pkix.Name{CommonName: "Constrained CA"}, SerialNumber: big.NewInt(1), NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	template := leaf("gitlab.test")
	for i := range 12_000 { // more would be a longer message than crypto/tls reads
		template.DNSNames = append(template.DNSNames, fmt.Sprintf("n%d.t", i))
		if i < 8_000 {
			constrained.ExcludedDNSDomains = append(constrained.ExcludedDNSDomains, fmt.Sprintf("x%d.t", i))
		}
	}
	issuer := trusttest.Certify(constrained, key, nil)
	d := reach(start(t, nil, issuer.Issue(template), issuer.Certificate))
	began := time.Now()
	f := fetch(t, "gitlab.test", d)
	v := probe.Verify(context.Background(), target(t, "gitlab.test"), bundle(t, "ca.crt", issuer.Certificate), d, noon)
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("took %s", took)
	}
	if v.Status() != trust.StatusUnknown || f.Fault == nil || f.Fault.Code != trust.CodeUndecided {
		t.Errorf("%+v, the file's fault is %+v", v, f.Fault)
	}
}
