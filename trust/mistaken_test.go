package trust_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

// TestMistaken has inputs of another kind than a certificate file: which one is said.
func TestMistaken(t *testing.T) {
	good := trusttest.SelfSigned(leaf("gitlab.test")).Certificate
	text := block("CERTIFICATE", good.Raw)
	indented := "    " + strings.ReplaceAll(text, "\n", "\n    ")
	encoded := base64.StdEncoding.EncodeToString([]byte(text))
	onSM2 := trusttest.OnSM2(good)
	for name, test := range map[string]struct {
		input   string
		code    trust.Code // none: it is read
		message string
	}{
		"Secret in YAML":     {"apiVersion: v1\nkind: Secret\ndata:\n  ca.crt: " + encoded + "\n", trust.CodeManifest, "PEM in base64"},
		"Secret in JSON":     {`{"apiVersion":"v1","kind":"Secret","data":{"ca.crt":"` + encoded + `"}}`, trust.CodeManifest, "PEM in base64"},
		"ConfigMap in JSON":  {`{"kind": "ConfigMap", "data": {"ca.crt": "` + strings.ReplaceAll(text, "\n", `\n`) + `"}, "apiVersion": "v1"}`, trust.CodeManifest, "with PEM in a string"},
		"stringData in JSON": {`{"kind":"Secret","stringData":{"ca.crt":"` + strings.ReplaceAll(text, "\n", `\n`) + `"}}`, trust.CodeManifest, "with PEM in a string"},
		"empty Secret":       {"kind: Secret\napiVersion: v1\n", trust.CodeEmpty, "no certificate"},
		"ConfigMap in YAML":  {"apiVersion: v1\nkind: ConfigMap\ndata:\n  ca.crt: |\n" + indented + "\n", "", ""},
		"values":             {"certs:\n  gitlab.test.crt: |\n" + indented + "\n", "", ""},
		"values in base64":   {"certs:\n  gitlab.test.crt: " + encoded + "\n", trust.CodeManifest, "PEM in base64"},
		"key in a Secret":    {"apiVersion: v1\nkind: Secret\nstringData:\n  tls.key: |\n    -----BEGIN PRIVATE KEY-----\n", trust.CodePrivateKey, "a private key"},
		"all of it base64":   {encoded, trust.CodeBase64, "the whole file is base64"},
		"long dashes":        {strings.ReplaceAll(text, "-----", "—–-"), trust.CodeDamagedLine, "a damaged BEGIN or END line"},
		"SM2":                {string(onSM2), trust.CodeSM2, "SM2"},
		"SM2 beside another": {text + block("CERTIFICATE", onSM2), trust.CodeSM2, "f.crt:" + fmt.Sprint(strings.Count(text, "\n")+1) + ": "},
		"damaged, not SM2":   {block("CERTIFICATE", good.Raw[:40]), trust.CodeNotOne, "only a part of one"},
	} {
		_, err := trust.Parse("f.crt", []byte(test.input))
		if test.code == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		refusal, ok := errors.AsType[*trust.Error](err)
		if !ok || refusal.Code != test.code || !strings.Contains(err.Error(), test.message) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSignedWithSM2 finds that a certificate is signed with SM2.
func TestSignedWithSM2(t *testing.T) {
	signed := trusttest.SignedWithSM2(trusttest.SelfSigned(ca("Root")).Issue(leaf("gitlab.test")).Certificate)
	if got := codes(bundle(t, "f.crt", signed).Flaws(noon)); got != "sm2" {
		t.Errorf("got %s", got)
	}
	other := *signed
	other.RawTBSCertificate = nil // so its algorithm is another one that Go does not know
	if got := codes(bundle(t, "f.crt", &other).Flaws(noon)); got != "" {
		t.Errorf("of another algorithm: got %s", got)
	}
}
