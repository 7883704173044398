package render

import (
	"errors"
	"strings"
	"testing"

	"helm-runnertrust/trust"
)

// TestStoredPrivateKey has a private key under the key that is to be mounted: it is refused, and none
// of it repeated.
func TestStoredPrivateKey(t *testing.T) {
	block := "-----%s EC PRIVATE KEY-----\\n"
	text := strings.ReplaceAll(block, "%s", "BEGIN") + "SECRET\\n" + strings.ReplaceAll(block, "%s", "END")
	secret := "\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: gitlab-ca, namespace: ci}\nstringData:\n  ca.crt: \"" + text + "\"\n"
	object, err := ParseObject("Secret", "", "gitlab-ca")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Filter(append(fixtureInput(t, "current"), secret...), Options{Now: now, Objects: []Object{object}})
	var refused *trust.Error
	if !errors.As(err, &refused) || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("got %v", err)
	}
}

// TestNamespaceSlashName refuses NAMESPACE/NAME where it is typed, and no key that is known to be one.
func TestNamespaceSlashName(t *testing.T) {
	object, err := ParseObject("Secret", "", "kube/gitlab")
	if err == nil || !strings.Contains(err.Error(), "looks like NAMESPACE/NAME") {
		t.Errorf("%+v, %v", object, err)
	}
	if err := object.Check(); err != nil {
		t.Error(err)
	}
}

// TestObjectsAreChecked gives objects that ParseObject would refuse, as a program that uses the
// package can.
func TestObjectsAreChecked(t *testing.T) {
	for _, tt := range []struct {
		object Object
		want   string
	}{
		{Object{Kind: "secret", Name: "x", Key: "ca.crt"}, `the kind "secret" is neither ConfigMap nor Secret`},
		{Object{Kind: "Secret", Name: "x"}, `"" cannot be a key of a Secret: it takes at most 253 of -, ., _, 0-9, A-Z and a-z`},
		{Object{Kind: "ConfigMap", Name: "X", Key: "ca.crt"}, `"X" cannot name a ConfigMap: it takes at most 253 of -, ., 0-9 and a-z`},
		{Object{Kind: "Secret", Name: "x", Key: "tls.key"}, `"tls.key" of a Secret is a private key, which no pod may have`},
	} {
		_, err := Filter(fixtureInput(t, "current"), Options{Now: now, Objects: []Object{tt.object}})
		if err == nil || err.Error() != tt.want {
			t.Errorf("%+v: got %v, want %s", tt.object, err, tt.want)
		}
	}
}
