package redact

import (
	"strings"
	"testing"
)

func redacted(stream string) string {
	t := newText([]byte(stream), "# helm-runnertrust: begin\n  skip it\n# helm-runnertrust: end\n")
	var out strings.Builder
	for i := range strings.Count(stream, "\n") {
		out.WriteString(t.line(i))
	}
	return out.String()
}

// TestRedact shows what cannot be a secret, in every form of YAML, and hides everything else.
func TestRedact(t *testing.T) {
	for name, test := range map[string]struct{ stream, want string }{
		"secret": {
			"---\n# Source: a/b.yaml\nkind: Secret\nmetadata: {name: x, labels: {a: \"b\"}} # fish\ndata:\n  a: fish\n  b: \"sword\\\"fish\"\n\n  # fish\n  c: |\n    fish\n    read_only = true\ntype: Opaque\n",
			"---\n# Source: a/b.yaml\nkind: Secret\nmetadata: {name: x, labels: {a: \"b\"}} ***\ndata:\n  a: ***\n  b: ***\n\n  ***\n  c: |\n    ***\n    ***\ntype: Opaque\n",
		},
		"configmap": {
			"kind: ConfigMap\ndata:\n  config.template.toml: |\n    [[runners]]\n      token = \"fish\"\n      tls-ca-file = \"/etc/helm-runnertrust/ca.crt\"\n      # helm-runnertrust: begin\n      skip it\n      skip fish\n",
			"kind: ConfigMap\ndata:\n  config.template.toml: |\n    [[runners]]\n      ***\n      tls-ca-file = \"/etc/helm-runnertrust/ca.crt\"\n      # helm-runnertrust: begin\n      skip it\n      ***\n",
		},
		"deployment": {
			"kind: Deployment\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n      - name: 'r' # fish\n        image: a.b/c:1\n        env:\n        - name: CI_SERVER_URL\n          value: https://gitlab.example.com\n        - {name: OTHER, value: fish}\n        - name: CI_SERVER_URL\n          value: https://u:fish@gitlab.example.com\n        - value: fish\n        args: [\"--token\", \"fish\"]\n        command:\n        - fish\n        volumeMounts:\n        - {name: x, readOnly: true}\n      volumes:\n      - name: x\n        secret: {secretName: y}\n      - name: z\n        csi:\n          driver: fish\n          volumeAttributes:\n            password: fish\n",
			"kind: Deployment\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n      - name: 'r' ***\n        image: a.b/c:1\n        env:\n        - name: CI_SERVER_URL\n          value: https://gitlab.example.com\n        - {name: OTHER, value: ***\n        - name: CI_SERVER_URL\n          value: ***\n        - value: ***\n        args: [***\n        command:\n        - ***\n        volumeMounts:\n        - {name: x, readOnly: true}\n      volumes:\n      - name: x\n        secret: {secretName: y}\n      - name: z\n        csi:\n          driver: ***\n          volumeAttributes:\n            password: ***\n",
		},
		"our ConfigMap": {
			"kind: ConfigMap\nmetadata:\n  annotations:\n    helm-runnertrust/fingerprints: AB\ndata:\n  a.crt: |\n    -----BEGIN CERTIFICATE-----\n    abc=\n    -----END CERTIFICATE-----\n",
			"kind: ConfigMap\nmetadata:\n  annotations:\n    helm-runnertrust/fingerprints: AB\ndata:\n  a.crt: |\n    -----BEGIN CERTIFICATE-----\n    abc=\n    -----END CERTIFICATE-----\n",
		},
		"a ConfigMap like ours": {
			"kind: ConfigMap\nmetadata:\n  annotations:\n    helm-runnertrust/fingerprints: AB\ndata:\n  a.crt: |\n    fish\n",
			"kind: ConfigMap\nmetadata:\n  annotations:\n    helm-runnertrust/fingerprints: AB\ndata:\n  a.crt: |\n    ***\n",
		},
		"a configmap in double quotes": {
			"kind: ConfigMap\ndata:\n  config.template.toml: \"[[runners]]\\n\\\n    \\  token = \\\"fish\\\"\\n\\\n    \\  tls-ca-file = \\\"/etc/helm-runnertrust/ca.crt\\\"\\n\\\n    \\  skip it\\n\\\n    fish\"\n",
			"kind: ConfigMap\ndata:\n  config.template.toml: ***\n    ***\n    \\  tls-ca-file = \\\"/etc/helm-runnertrust/ca.crt\\\"\\n\\\n    \\  skip it\\n\\\n    ***\n",
		},
		"a second document inside":      {"kind: Deployment\nspec: {replicas: 1}\r---\rkind: Secret\ndata: {replicas: fish}\n", "***\n***\n***\n"},
		"lines that only YAML counts":   {"kind: Deployment\rspec:\n  replicas: |\n    1\n", "kind: ***\n  ***\n    ***\n"},
		"broken":                        {"---\nkind: ConfigMap\nx: [fish\nskip it\n", "---\n***\n***\n***\n"},
		"no kind":                       {"metadata:\n  name: x\nspec:\n  replicas: fish\n", "metadata:\n  name: x\nspec:\n  replicas: ***\n"},
		"a value over lines":            {"kind: Deployment\nspec:\n  x: \"fish\n    kind: fish\n    replicas: 3\"\n", "kind: Deployment\nspec:\n  x: ***\n    ***\n    ***\n"},
		"a comment of Helm's with more": {"# Source: a b fish\nkind: ConfigMap\n", "***\nkind: ConfigMap\n"},
		"list":                          {"kind: List\nitems:\n- kind: ConfigMap\n  data: {a: fish}\n- kind: Secret\n  metadata: {name: x}\n  data: {a: fish}\n", "kind: List\nitems:\n- kind: ConfigMap\n  data: {a: ***\n- kind: Secret\n  metadata: {name: x}\n  data: {a: ***\n"},
		"list of Secrets":               {"kind: SecretList\nitems:\n- data:\n    a: |\n      skip it\n", "kind: SecretList\nitems:\n- data:\n    a: |\n      ***\n"},
		"JSON":                          {`{"kind":"Deployment","spec":{"replicas":1,"x":"fish"}}` + "\n", `{"kind":"Deployment","spec":{"replicas":1,"x":***` + "\n"},
		"anchors, tags, merge keys, CR": {"kind: Deployment\r\nx: &a {replicas: fish}\r\nspec:\r\n  <<: *a\r\n  replicas: !!int 1\r\n", "kind: Deployment\r\nx: ***\r\nspec:\r\n  <<: ***\r\n  replicas: ***\r\n"},
		"letters of more than one byte": {"kind: Deployment\nmetadata: {labels: {ä: ü, x: y}, x: fish}\n", "kind: Deployment\nmetadata: {labels: {ä: ü, x: y}, x: ***\n"},
		"a cycle":                       {"kind: Deployment\nspec: &a\n  replicas: *a\n", "kind: Deployment\nspec: ***\n  replicas: ***\n"},
	} {
		got := redacted(test.stream)
		if got != test.want || strings.Contains(got, "fish") {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, test.want)
		}
	}
}

// TestDiff shows that a hidden value has changed, without either of them.
func TestDiff(t *testing.T) {
	before := "kind: Deployment\nspec:\n  a: fish\n  replicas: 1\n"
	after := "kind: Deployment\nspec:\n  a: swordfish\n  replicas: 1\n  paused: true"
	want := "--- a\n+++ b\n@@ -1,4 +1,5 @@\n kind: Deployment\n spec:\n-  a: ***\n+  a: ***\n   replicas: 1\n+  paused: ***\n\\ No newline at end of file\n"
	if got, err := Diff("a", "b", []byte(before), []byte(after), ""); err != nil || got != want {
		t.Errorf("got\n%q\nwant\n%q, error %v", got, want, err)
	}
	if got, err := Diff("a", "b", []byte(before), []byte(before), ""); err != nil || got != "" {
		t.Errorf("equal streams differ: %s, error %v", got, err)
	}
}

// TestLongLines has a line of many scalars, which takes a time that is linear.
func TestLongLines(t *testing.T) {
	shown := "kind: Deployment\nspec: {" + strings.Repeat("replicas: 1, ", 200_000)
	if got := redacted(shown + "x: fish}\n"); got != shown+"x: ***\n" {
		t.Errorf("got %.100q", got)
	}
}
