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
