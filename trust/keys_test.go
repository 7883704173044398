package trust_test

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"testing"

	"helm-runnertrust/trust/trusttest"
)

// rsaAndEC are the old forms of private keys in DER.
func rsaAndEC(t testing.TB, id *trusttest.Identity) map[string][]byte {
	ec, err := x509.MarshalECPrivateKey(trusttest.SelfSigned(trusttest.Template{}).Key.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"pkcs1": x509.MarshalPKCS1PrivateKey(id.Key.(*rsa.PrivateKey)), "ec": ec}
}

func revocations(t testing.TB) []byte {
	root := trusttest.SelfSigned(ca("Root"))
	der, err := x509.CreateRevocationList(nil, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: noon, NextUpdate: noon.Add(day),
	}, root.Certificate, root.Key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
