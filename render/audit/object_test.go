package audit

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// TestEnvFrom has what envFrom may set, in an object of the stream, in one of the cluster, and in one of which
// only the names of its keys are known.
func TestEnvFrom(t *testing.T) {
	from := func(entries string) string { return "        envFrom: [" + entries + "]\n        env:\n" }
	object := func(data string) string {
		return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: seen}\ndata: {" + data + "}\n"
	}
	const seen, unseen = "{configMapRef: {name: seen}}", "{secretRef: {name: unseen}}"
	for name, c := range map[string]struct{ env, objects, asks, key string }{
		"cluster":          {from(unseen), "", "Secret/unseen", "CI_SERVER_TLS_CA_FILE"},
		"prefix":           {from("{prefix: CI_, secretRef: {name: unseen}}"), "", "Secret/unseen", "SERVER_TLS_CA_FILE"},
		"other prefix":     {from("{prefix: X_, secretRef: {name: unseen}}"), "", "", ""},
		"behind the other": {from(seen + ", " + unseen), object("CI_SERVER_TLS_CA_FILE: /x"), "Secret/unseen", "CI_SERVER_TLS_CA_FILE"},
		"in front of it":   {from(unseen + ", " + seen), object("CI_SERVER_TLS_CA_FILE: /x"), "", ""},
		"names of keys":    {from(seen), object("HOME: " + Unread + ", OTHER: x"), "", ""},
		"other keys":       {from(seen), object("OTHER: x"), "", ""},
		"HOME":             {from(unseen) + "        - {name: CI_SERVER_TLS_CA_FILE, value: ''}\n", "", "Secret/unseen", "HOME"},
		"hidden":           {from(unseen) + "        - {name: CI_SERVER_TLS_CA_FILE, value: ''}\n        - {name: HOME, value: /x}\n", "", "", ""},
	} {
		stream := strings.Replace(auditCase{objects: c.objects}.stream(), "        env:\n", c.env, 1)
		audited, err := Run([]byte(stream), Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		got := audited[0]
		if got.Asks != c.asks || got.Key != c.key || (got.Finding.Code == CodeFileUnknown && got.From == "") != (c.asks != "" || name == "in front of it" || name == "names of keys") || got.Status == trust.StatusOK {
			t.Errorf("%s: asks %s, %s: %+v", name, got.Asks, got.Key, got.Finding)
		}
		if name == "names of keys" && !strings.Contains(got.Finding.Message, "what ConfigMap/seen has for it") {
			t.Errorf("%s: %s", name, got.Finding.Message)
		}
	}
}

// TestEnvFromEmpty has an empty value, which is none: the certs directory counts.
func TestEnvFromEmpty(t *testing.T) {
	stream := auditCase{
		mounts:  certsMount,
		volumes: certsVolume,
		objects: document("ConfigMap", "ours", "data", "gitlab.example.com.crt", certificate(t, "ca.crt")) +
			"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: empty}\ndata: {CI_SERVER_TLS_CA_FILE: ''}\n",
	}.stream()
	stream = strings.Replace(stream, "        env:\n", "        envFrom: [{configMapRef: {name: empty}}]\n        env:\n", 1)
	audited, err := Run([]byte(stream), Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if got := audited[0]; got.Status != trust.StatusOK || got.Way != pod.WayCertsDir {
		t.Errorf("got %+v", got)
	}
}

// TestNames has the name of a ConfigMap in every form of YAML.
func TestNames(t *testing.T) {
	object := document("ConfigMap", "ours", "data", "gitlab.example.com.crt", certificate(t, "ca.crt"))
	for _, name := range []string{
		"{name: ours}", "{'name' : 'ours'}", `{"name":"ours"}`, `{name: "\x6furs"}`, "{name: &n ours}", "{name: !!str ours}", "{x: &n ours, name: *n}",
		"\n  name: >-\n    ours", "\n  name:\n    ours", "\n  ? name\n  : ours", "{name: ours, x: y} # c",
	} {
		stream := auditCase{
			mounts:  certsMount,
			volumes: certsVolume,
			objects: strings.Replace(object, "{name: ours}", name, 1),
		}.stream()
		audited, err := Run([]byte(stream), Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if got := audited[0]; got.Status != trust.StatusOK {
			t.Errorf("%s: %+v", name, got.Finding)
		}
	}
}

// TestNonRoot has a user that the kubelet refuses to start the runner's container as.
func TestNonRoot(t *testing.T) {
	stream := auditCase{
		mounts:  "        - {name: certs, mountPath: /etc/gitlab-runner/certs}\n",
		volumes: certsVolume,
		objects: document("ConfigMap", "ours", "data", "gitlab.example.com.crt", certificate(t, "ca.crt")),
	}.stream()
	for context, want := range map[string]trust.Status{
		"{runAsUser: 0}": trust.StatusOK, "{runAsUser: 0, runAsNonRoot: false}": trust.StatusOK, "{runAsUser: 0, runAsNonRoot: true}": trust.StatusFailed,
	} {
		audited, err := Run([]byte(strings.Replace(stream, "{runAsUser: 100}", context, 1)), Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if got := audited[0]; got.Status != want {
			t.Errorf("%s: %+v", context, got.Finding)
		}
	}
}

// TestTemplateSeen has a template that no volume shows the runner's container.
func TestTemplateSeen(t *testing.T) {
	template := document("ConfigMap", "config", "data", configName, "[[runners]]\n  tls-ca-file = \"/certs/ca.crt\"\n") +
		document("ConfigMap", "ours", "data", "ca.crt", certificate(t, "ca.crt"))
	const mount, items = "        - {name: certs, mountPath: /certs}\n", "      - {name: config, configMap: {name: config, items: [{key: " + configName + ", path: "
	for name, c := range map[string]struct {
		mounts, volume string
		way            pod.Way
	}{
		"mounted":       {mount + templateMount, "      - {name: config, configMap: {name: config}}\n", pod.WayConfig},
		"item":          {mount + templateMount, items + configName + "}]}}\n", pod.WayConfig},
		"another path":  {mount + templateMount, items + "x}]}}\n", pod.WayNone},
		"another item":  {mount + templateMount, "      - {name: config, configMap: {name: config, items: [{key: x, path: x}], optional: true}}\n", pod.WayNone},
		"mounted never": {mount, "      - {name: config, configMap: {name: config}}\n", pod.WayNone},
	} {
		stream := auditCase{mounts: c.mounts, volumes: certsVolume + c.volume, objects: template}.stream()
		audited, err := Run([]byte(stream), Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if got := audited[0]; got.Way != c.way || (got.Status == trust.StatusOK) != (c.way == pod.WayConfig) {
			t.Errorf("%s: %s, %+v", name, got.Way, got.Finding)
		}
	}
}

// TestBase64 has a Secret whose value breaks lines, which the API server takes, or has a blank, which it does not.
func TestBase64(t *testing.T) {
	ca64 := base64.StdEncoding.EncodeToString([]byte(certificate(t, "ca.crt")))
	for between, want := range map[string]trust.Code{"": "", "\n": "", " ": manifest.BadDocument, "\u00a0": manifest.BadDocument} {
		c := auditCase{
			mounts:  certsMount,
			volumes: "      - {name: certs, secret: {secretName: theirs}}\n",
			objects: document("Secret", "theirs", "data", "gitlab.example.com.crt", ca64[:76]+between+ca64[76:]),
		}
		_, err := Run([]byte(c.stream()), Options{Now: now})
		refused, _ := errors.AsType[*manifest.Error](err)
		if (err != nil) != (want != "") || refused != nil && refused.Code != want {
			t.Errorf("%q: %v", between, err)
		}
	}
}
