package cli

import (
	"strings"
	"testing"
)

// TestFunctionRefuses holds that nothing is changed, and that the results and stderr say why, in
// testdata/function.
func TestFunctionRefuses(t *testing.T) {
	const current = "accept/current/input.yaml"
	const ca = "certificateFile: " + fixturesDir + "/certs/ca.crt"
	for name, c := range map[string]struct{ fixture, config string }{
		"unknown field":               {current, config(filterKind, "{certificat: x}")},
		"unknown top level field":     {current, config(filterKind, "{}") + "sepc: {}\n"},
		"value as a field":            {current, config(filterKind, "{TOPSECRET with blanks: x}")},
		"unknown kind":                {current, config("RunnerTrusts", "{}")},
		"ConfigMap":                   {current, "apiVersion: v1\nkind: ConfigMap\ndata: {a: TOPSECRET}\n"},
		"other version":               {current, "apiVersion: helm-runnertrust/v2\nkind: RunnerTrust\n"},
		"spec is a text":              {current, config(filterKind, "TOPSECRET")},
		"metadata is a text":          {current, "apiVersion: helm-runnertrust/v1\nkind: RunnerTrust\nmetadata: TOPSECRET\n"},
		"field twice":                 {current, config(filterKind, "{fromSecret: a, fromSecret: b, fromSecret: c}")},
		"empty certificate":           {current, config(filterKind, `{certificate: ""}`)},
		"empty scalars":               {current, config(filterKind, `{fromSecret: ~, fromConfigMap: [], via: "", deployment: " ", jobs: , certificateFile: [~]}`)},
		"wrong types":                 {current, config(filterKind, "{fromSecret: {a: TOPSECRET}, jobs: TOPSECRET, via: [env], certificate: {}}")},
		"unknown way":                 {current, config(filterKind, "{fromSecret: a, via: volume}")},
		"bad name":                    {current, config(filterKind, "{fromSecret: A_B}")},
		"PEM as a path":               {current, config(filterKind, "{certificateFile: '-----BEGIN CERTIFICATE-----TOPSECRET'}")},
		"password":                    {current, config(filterKind, "{fromSecret: 'https://user:TOPSECRET@gitlab.example.com'}")},
		"no source":                   {current, config(filterKind, "{}")},
		"fromIngress without one":     {current, config(filterKind, "{fromIngress: true}")},
		"two sources":                 {current, config(filterKind, "{fromSecret: a, fromConfigMap: b}")},
		"two sources one the Ingress": {"refuse/two-sources-ingress/input.yaml", config(filterKind, "{fromIngress: true, fromSecret: gitlab-ca}")},
		"not a certificate":           {current, config(filterKind, "{certificate: no}")},
		"broken certificate":          {current, config(filterKind, "\n  certificate: |\n    # one\n    -----BEGIN CERTIFICATE-----\n    !\n    -----END CERTIFICATE-----\n")},
		"no such file":                {current, config(filterKind, "{certificateFile: ["+fixturesDir+"/nowhere.crt, gitlab.example.com="+fixturesDir+"/certs/bad-base64.crt]}")},
		"wrong host":                  {current, config(filterKind, "{certificateFile: "+fixturesDir+"/certs/wrong-host.crt}")},
		"ConfigMap of the name":       {current, config(filterKind, "{"+ca+", configMapName: ci-gitlab-runner}")},
		"bad directory":               {current, config(filterKind, "{"+ca+", certsDir: relative}")},
		"no such Deployment":          {current, config(filterKind, "{"+ca+", deployment: other}")},
		"field of the other kind":     {current, config(filterKind, "{"+ca+", expiresWithin: 30d, allowUnknown: true}")},
		"fields of the filter":        {current, config(verifyKind, "{fromSecret: a, noRollout: true, allowNoRunner: true}")},
		"verify no such runner":       {current, config(verifyKind, "{deployment: other}")},
		"verify no file":              {current, config(verifyKind, "{}")},
		"verify bad time":             {current, config(verifyKind, "{expiresWithin: soon}")},
		"verify expires":              {"accept/current/output.yaml", config(verifyKind, "{expiresWithin: 9000d}")},
		"verify other directory":      {"accept/current/output.yaml", config(verifyKind, "{certsDir: /elsewhere}")},
		"ca file set with a hint":     {"refuse/ca-file-set/input.yaml", config(filterKind, "{"+ca+"}")},
	} {
		t.Run(name, func(t *testing.T) {
			input := functionInput(t, c.fixture, c.config)
			run := runFunction(input)
			if run.code != exitError || !strings.Contains(run.stderr, "runnertrust: error: ") {
				t.Errorf("exit code %d: %s", run.code, run.stderr)
			}
			items, results := run.parts(t)
			before, _ := functionRun{stdout: input}.parts(t)
			if g, w := written(t, items), written(t, before); g != w {
				t.Errorf("the items were changed to:\n%s", g)
			}
			for _, text := range []string{run.stderr, results} {
				if strings.Contains(text, "TOPSECRET") || strings.Contains(text, "!!") || strings.Contains(text, "cli.") {
					t.Errorf("it says:\n%s", text)
				}
			}
			run.holdSaid(t, name, results)
		})
	}
}

const (
	listHead   = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n"
	listConfig = "functionConfig: {apiVersion: helm-runnertrust/v1, kind: RunnerTrust, spec: {allowNoRunner: true}}\n"
)

// TestFunctionRefusesLists holds that nothing at all comes of what is no ResourceList as a function
// gets it.
func TestFunctionRefusesLists(t *testing.T) {
	const secret = "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: TOPSECRET}}"
	const besides = " is beside the ResourceList in document "
	for input, says := range map[string]string{
		secret + "\n---\n" + listHead + listConfig:                                             "no Deployment",
		listHead + listConfig + "---\n" + secret:                                               "document 2 of stdin" + besides + "1\nrunnertrust: hint: a KRM function takes one ResourceList, and nothing else\n",
		listHead + listConfig + "---\n" + listHead + listConfig:                                "document 2 of stdin" + besides + "1\n",
		listHead + listConfig + listConfig:                                                     "items and results are not lists of objects",
		listHead + listConfig + "items: {a: TOPSECRET}\n":                                      "items and results are not lists of objects",
		listHead + listConfig + "items: [null]\n":                                              "items and results are not lists of objects",
		listHead + listConfig + "items: TOPSECRET\n":                                           "items and results are not lists of objects",
		listHead + listConfig + "results: TOPSECRET\n":                                         "items and results are not lists of objects",
		listHead + listConfig + "items: [" + secret + ", TOPSECRET]\n":                         "items and results are not lists of objects",
		listHead + listConfig + "items: [[" + secret + "]]\n":                                  "items and results are not lists of objects",
		listHead + listConfig + "items: [{kind: Secret, metadata: 'stringData: TOPSECRET'}]\n": "items and results are not lists of objects",
		listHead + "items: []\n":                                                               "the ResourceList has no functionConfig\nrunnertrust: hint: it takes apiVersion: helm-runnertrust/v1, kind: RunnerTrust\n",
		listHead + "functionConfig: TOPSECRET\n":                                               "items and results are not lists of objects",
		"# a\n" + listHead + listConfig + "items: [\n":                                         "the ResourceList: it cannot be read: line 5: did not find expected node content\n",
	} {
		run := runFunction(input)
		if run.code != exitError || run.stdout != "" || !strings.HasPrefix(run.stderr, "runnertrust: error: ") || !strings.Contains(run.stderr, says) || strings.Contains(run.stderr, "TOPSECRET") {
			t.Errorf("%s\nexit code %d, stdout %q, stderr:\n%s\nwant:\n%s", input, run.code, run.stdout, run.stderr, says)
		}
	}
}

// TestFunctionTakes has lists that are unusual, and in order.
func TestFunctionTakes(t *testing.T) {
	for name, input := range map[string]string{
		"comments above":     "# a comment\n---\n# another\n---\n" + listHead + listConfig,
		"bare marker behind": listHead + listConfig + "---\n",
		"end marker":         listHead + listConfig + "...\n",
		"byte order mark":    "\ufeff---\n" + listHead + listConfig,
		"CRLF":               strings.ReplaceAll(listHead+listConfig, "\n", "\r\n"),
		"null items":         listHead + listConfig + "items:\n",
		"null metadata":      listHead + listConfig + "items: [{kind: A, metadata: ~}, {kind: B, metadata: {annotations: ~, labels: }}]\n",
		"v1alpha1":           strings.Replace(listHead, "/v1", "/v1alpha1", 1) + listConfig,
		"v1beta1":            strings.Replace(listHead, "/v1", "/v1beta1", 1) + listConfig,
		"JSON":               `{"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": [], "functionConfig": {"apiVersion": "helm-runnertrust/v1", "kind": "RunnerTrust", "spec": {"allowNoRunner": true}}}`,
		"anchor of an item":  listHead + "items:\n- {kind: A, data: &spec {allowNoRunner: true}}\nfunctionConfig: {apiVersion: helm-runnertrust/v1, kind: RunnerTrust, spec: *spec}\n",
	} {
		t.Run(name, func(t *testing.T) {
			run := runFunction(input)
			if run.code != exitDone || run.stderr != "" {
				t.Fatalf("exit code %d: %s", run.code, run.stderr)
			}
			items, results := run.parts(t)
			if results != "" || len(items) != strings.Count(input, "{kind:")+strings.Count(input, "- kind:") {
				t.Errorf("it gives:\n%s", run.stdout)
			}
		})
	}
}

// TestNoFunction has streams that speak of a ResourceList, and are manifests.
func TestNoFunction(t *testing.T) {
	for _, input := range []string{
		"apiVersion: example.com/v1\nkind: ResourceList\nnote: config.kubernetes.io/v1\n",
		"apiVersion: config.kubernetes.io/v1\nkind: Other\nnote: ResourceList\n",
		"apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    apiVersion: config.kubernetes.io/v1\n    kind: ResourceList\n",
	} {
		run := runFunction(input, "--allow-no-runner")
		if run.code != exitDone || run.stdout != input {
			t.Errorf("exit code %d: %s\n%s", run.code, run.stderr, run.stdout)
		}
	}
}
