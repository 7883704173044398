package render_test

import (
	"strings"
	"testing"

	"helm-runnertrust/render"
)

// TestMaskSecrets hides the values of Secrets, in every form of YAML, and nothing else.
func TestMaskSecrets(t *testing.T) {
	for name, test := range map[string]struct{ stream, want string }{
		"block": {
			"---\n# Source: a.yaml\nkind: Secret\ndata:\n  a: swordfish\n  b: \"sword\\\"fish\" # why\n\n  c: 'sword''fish'\ntype: Opaque\n---\nkind: ConfigMap\ndata:\n  a: Secret\n",
			"---\n# Source: a.yaml\nkind: Secret\ndata:\n  a: ***\n  b: *** # ***\n\n  c: ***\ntype: Opaque\n---\nkind: ConfigMap\ndata:\n  a: Secret\n",
		},
		"hook, CRLF": {
			"metadata: {annotations: {helm.sh/hook: pre-install}}\r\nkind: Secret\r\nstringData:\r\n  a: |\r\n    swordfish\r\n\r\n    # swordfish\r\n  b: swordfish\r\n    swordfish\r\n",
			"metadata: {annotations: {helm.sh/hook: pre-install}}\r\nkind: Secret\r\nstringData:\r\n  a: ***\r\n    ***\r\n\r\n    ***\r\n  b: ***\r\n    ***\r\n",
		},
		"list": {
			"kind: List\nitems:\n- kind: Deployment\n  data: {a: b}\n- kind: Secret\n  data: {a: swordfish, b: \"sword,fish\"}\n- kind: Secret\n  data:\n    a: swordfish\n...\n",
			"kind: List\nitems:\n- kind: Deployment\n  data: {a: b}\n- kind: Secret\n  data: {a: ***, b: ***}\n- kind: Secret\n  data:\n    a: ***\n...\n",
		},
		"JSON": {
			`{"kind":"SecretList","items":[{"data":{"é":"sword}fish","b":"c\\"},"metadata":{"name":"x"}}]}`,
			`{"kind":"SecretList","items":[{"data":{"é":***,"b":***},"metadata":{"name":***}}]}`,
		},
		"tags, anchors, aliases, merge": {
			"x: &x {data: {z: swordfish}}\ny: &y swordfish\nkind: Secret\n<<: *x\ndata:\n  a: *y\n  b: !!binary 'swordfish'\n  c: &c swordfish\nd: swallow\n",
			"x: &x {data: {z: ***}}\ny: ***\nkind: Secret\n<<: *x\ndata:\n  a: *y\n  b: ***\n  c: ***\nd: swallow\n",
		},
		"twice, copied": {
			"kind: Secret\ndata: {a: swordfish}\ndata: {a: swordfish}\nmetadata:\n  annotations:\n    a: b\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {swordfish}\n",
			"kind: Secret\ndata: {a: ***}\ndata: {a: ***}\nmetadata:\n  annotations:\n    a: b\n    kubectl.kubernetes.io/last-applied-configuration: ***\n      ***\n",
		},
		"broken": {
			"---\nkind: Secret\ndata:\n  a: [swordfish\n---\nkind: [\n",
			"---\n***\n***\n  ***\n---\nkind: [\n",
		},
		"comments": {
			"# a comment\nkind: Secret\nmetadata: {name: x} # too\ndata: # swordfish\n  # a: swordfish\n  a: 'swordfish' # sword#fish\n#  b: swordfish\n  c: [swordfish] # swordfish\ntype: Opaque # shown\n",
			"# ***\nkind: Secret\nmetadata: {name: x} # ***\ndata: # ***\n  # ***\n  a: *** # ***\n# ***\n  c: [***] # ***\ntype: Opaque # ***\n",
		},
		"comments around": {
			"---\n# Source: a.yaml\n# swordfish\nkind: Secret\nstringData: {a: b}\ntype: Opaque\n# swordfish\n---\nkind: ConfigMap\n# shown\ndata: {a: Secret}\n",
			"---\n# Source: a.yaml\n# ***\nkind: Secret\nstringData: {a: ***}\ntype: Opaque\n# ***\n---\nkind: ConfigMap\n# shown\ndata: {a: Secret}\n",
		},
		"properties with commas and quotes": {
			"kind: Secret\nstringData: {a: &ab swordfish, b: !x'y \"sword,fish\", c: swordfish}\n",
			"kind: Secret\nstringData: {a: ***, b: ***, c: ***}\n",
		},
		"comments on empty data": {
			"kind: Secret\ndata: # swordfish\nstringData:\n  # a: swordfish\n  {}\ntype: Opaque # shown\n",
			"kind: Secret\ndata: # ***\nstringData:\n  # ***\n  {}\ntype: Opaque # ***\n",
		},
		"nothing": {
			"kind: Secret\ndata:\n  a:\n  b: \"\"\n  c: swordfish\nd:\n",
			"kind: Secret\ndata:\n  a:\n  b: ***\n  c: ***\nd:\n",
		},
		"cycle": {
			"kind: Secret\ndata: &a\n  b: *a\n  c: swordfish\n",
			"kind: Secret\ndata: &a\n  b: *a\n  c: ***\n",
		},
	} {
		got := string(render.MaskSecrets([]byte(test.stream)))
		if got != test.want || strings.Contains(got, "fish") {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, test.want)
		}
	}
}
