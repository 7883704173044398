package audit

import (
	"encoding/base64"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

const (
	homeCerts  = "/home/gitlab-runner/.gitlab-runner/certs"
	configName = "config.template.toml"
)

// The certs directory of the cases, and what is in most of them.
const (
	certsMount  = "        - {name: certs, mountPath: " + homeCerts + "}\n"
	certsVolume = "      - {name: certs, configMap: {name: ours}}\n"
)

// auditCase is a runner in short: what differs from one without a file.
type auditCase struct {
	env     string // entries behind CI_SERVER_URL
	mounts  string // entries of volumeMounts
	volumes string // entries of volumes
	objects string // further documents
	options Options

	way    pod.Way
	status trust.Status
	code   trust.Code
	from   string
	file   string

	warning trust.Code // the only one
}

func (c auditCase) stream() string {
	return "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ci\nspec:\n  template:\n    spec:\n      securityContext: {runAsUser: 100}\n      containers:\n" +
		"      - name: runner\n        env:\n        - {name: CI_SERVER_URL, value: 'https://gitlab.example.com'}\n" + c.env +
		"        volumeMounts:\n        - {name: etc, mountPath: /home/gitlab-runner/.gitlab-runner}\n" + c.mounts +
		"      volumes:\n      - {name: etc, emptyDir: {}}\n" + c.volumes + c.objects
}

// document is a ConfigMap or Secret with one key.
func document(kind, name, field, key, value string) string {
	return "---\napiVersion: v1\nkind: " + kind + "\nmetadata: {name: " + name + "}\n" + field + ":\n  " + key + ": |\n    " +
		strings.ReplaceAll(strings.TrimSpace(value), "\n", "\n    ") + "\n"
}

// now is a time at which the certificates of the fixtures are valid.
var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func certificate(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../fixtures/certs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAudit(t *testing.T) {
	ca, expired := certificate(t, "ca.crt"), certificate(t, "expired.crt")
	ca64 := base64.StdEncoding.EncodeToString([]byte(ca))
	const (
		mount  = "        - {name: certs, mountPath: " + homeCerts + "/}\n"
		config = certsVolume
		secret = "      - {name: certs, secret: {secretName: theirs}}\n"
		file   = "gitlab.example.com.crt"
		inside = "        - {name: host, mountPath: /host, readOnly: true}\n        - {name: host, mountPath: /host/x, subPath: x}\n"
		host   = "      - {name: host, hostPath: {path: /x}}\n"

		items     = "      - {name: ro, configMap: {name: three, items: [{key: x, path: x}, {key: y, path: y/z}]}}\n"
		limited   = "      - {name: certs, configMap: {name: ours, defaultMode: "
		group     = "        securityContext: {runAsGroup: 5}\n"
		rootGroup = "        securityContext: {runAsGroup: 0}\n"
	)
	for name, c := range map[string]auditCase{
		"no file":          {way: pod.WayNone, status: trust.StatusUnknown, code: CodeNoFile},
		"config map":       {mounts: mount, volumes: config, objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"binary data":      {mounts: mount, volumes: config, objects: document("ConfigMap", "ours", "binaryData", file, ca64), way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"not in stream":    {mounts: mount, volumes: config, way: pod.WayCertsDir, status: trust.StatusUnknown, code: CodeFileUnknown, from: "ConfigMap/ours"},
		"other key":        {mounts: mount, volumes: config, objects: document("ConfigMap", "ours", "data", "ca.crt", ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: CodeFileMissing, from: "ConfigMap/ours"},
		"other name":       {mounts: mount, volumes: config, objects: document("ConfigMap", "ours-too", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusUnknown, code: CodeFileUnknown, from: "ConfigMap/ours"},
		"item":             {mounts: mount, volumes: "      - {name: certs, configMap: {name: ours, items: [{key: ca.crt, path: " + file + "}]}}\n", objects: document("ConfigMap", "ours", "data", "ca.crt", ca), way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"items without it": {mounts: mount, volumes: "      - {name: certs, configMap: {name: ours, items: [{key: ca.crt, path: x.crt}]}}\n", objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: CodeFileMissing, from: "ConfigMap/ours"},
		"secret":           {mounts: mount, volumes: secret, objects: document("Secret", "theirs", "data", file, ca64), way: pod.WayCertsSecretName, status: trust.StatusOK, code: CodeFileOK, from: "Secret/theirs"},
		"secret as text":   {mounts: mount, volumes: secret, objects: document("Secret", "theirs", "stringData", file, ca), way: pod.WayCertsSecretName, status: trust.StatusOK, code: CodeFileOK, from: "Secret/theirs"},
		"secret elsewhere": {mounts: mount, volumes: secret, way: pod.WayCertsSecretName, status: trust.StatusUnknown, code: CodeFileUnknown, from: "Secret/theirs"},
		"projected, last wins": {mounts: mount, volumes: "      - {name: certs, projected: {sources: [{secret: {name: theirs}}, {configMap: {name: ours}}]}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"projected, without it": {mounts: mount, volumes: "      - {name: certs, projected: {sources: [{configMap: {name: ours}}]}}\n",
			objects: document("ConfigMap", "ours", "data", "x", "y"), way: pod.WayCertsDir, status: trust.StatusFailed, code: CodeFileMissing, from: "the projected volume"},
		"sub path": {mounts: "        - {name: certs, mountPath: " + homeCerts + "/" + file + ", subPath: ca.crt}\n", volumes: config,
			objects: document("ConfigMap", "ours", "data", "ca.crt", ca), way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"no such volume": {mounts: mount, way: pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeNeverStarts},
		"host path":      {mounts: mount, volumes: "      - {name: certs, hostPath: {path: /x}}\n", way: pod.WayCertsDir, status: trust.StatusUnknown, code: CodeFileUnknown, from: "volume of kind hostPath"},
		"expired":        {mounts: mount, volumes: config, objects: document("ConfigMap", "ours", "data", file, expired), way: pod.WayCertsDir, status: trust.StatusFailed, code: "expired", from: "ConfigMap/ours"},
		"expires within": {mounts: mount, volumes: config, objects: document("ConfigMap", "ours", "data", file, certificate(t, "soon.crt")), options: Options{ExpiresWithin: 720 * time.Hour},
			way: pod.WayCertsDir, status: trust.StatusFailed, code: CodeEndsTooEarly, from: "ConfigMap/ours"},
		"rotation":     {mounts: mount, volumes: config, objects: document("ConfigMap", "ours", "data", file, ca+expired), way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"another host": {mounts: mount, volumes: config, objects: document("ConfigMap", "ours", "data", file, certificate(t, "wrong-host.crt")), way: pod.WayCertsDir, status: trust.StatusFailed, code: "host-not-covered", from: "ConfigMap/ours"},
		"two mounts": {mounts: mount + "        - {name: other, mountPath: " + homeCerts + "}\n", volumes: config + "      - {name: other, emptyDir: {}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: CodeMountTwice},
		"folder that may be missing": {mounts: mount + inside, volumes: config + host, objects: document("ConfigMap", "ours", "data", file, ca),
			way: pod.WayCertsDir, status: trust.StatusUnknown, code: pod.CodeNeverStarts, from: "ConfigMap/ours"},
		"folder that may be missing, no file": {mounts: inside, volumes: host, way: pod.WayNone, status: trust.StatusUnknown, code: pod.CodeNeverStarts},
		"stale volume": {mounts: mount, volumes: config + "      - {name: stale, configMap: {name: ours, items: [{key: ca.crt, path: ca.crt}]}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeKeyMissing, from: "ConfigMap/ours"},
		"stale source": {mounts: mount, volumes: "      - {name: certs, projected: {sources: [{configMap: {name: ours}}, {secret: {name: theirs, items: [{key: x, path: x}]}}]}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca) + document("Secret", "theirs", "data", "y", "eg=="),
			way:     pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeKeyMissing, from: "ConfigMap/ours"},
		"item without a path": {mounts: mount, volumes: "      - {name: certs, configMap: {name: ours, items: [{key: " + file + ", path: " + file + "}, {key: " + file + ", path: ''}]}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeNeverStarts, from: "ConfigMap/ours"},
		"item at two dots": {mounts: mount, volumes: "      - {name: certs, configMap: {name: ours, items: [{key: " + file + ", path: " + file + "}, {key: " + file + ", path: ..x}]}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeNeverStarts, from: "ConfigMap/ours"},
		"half a mode": {mounts: mount, volumes: limited + "1.5}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeNeverStarts, from: "ConfigMap/ours"},
		"mode in quotes": {mounts: mount, volumes: limited + "'0644'}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeNeverStarts, from: "ConfigMap/ours"},
		"mode of an item in quotes": {mounts: mount, volumes: "      - {name: certs, configMap: {name: ours, items: [{key: " + file + ", path: " + file + ", mode: '420'}]}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeNeverStarts, from: "ConfigMap/ours"},
		"no mode": {mounts: mount, volumes: limited + "null}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"path of a folder": {env: "        - {name: CI_SERVER_TLS_CA_FILE, value: " + homeCerts + "/" + file + "/}\n", mounts: mount, volumes: config,
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayEnv, status: trust.StatusFailed, code: CodeFileMissing, from: "the folder " + homeCerts + "/" + file, file: homeCerts + "/" + file + "/"},
		"object twice, bad last": {mounts: mount, volumes: config, objects: document("ConfigMap", "ours", "data", file, ca) + document("ConfigMap", "ours", "data", file, expired),
			way: pod.WayCertsDir, status: trust.StatusFailed, code: "expired", from: "ConfigMap/ours"},
		"mode that is none": {mounts: mount, volumes: "      - {name: certs, configMap: {name: ours, items: [{key: " + file + ", path: " + file + ", mode: 4516}]}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeNeverStarts, from: "ConfigMap/ours"},
		"name of no volume": {mounts: mount, volumes: config + "      - {name: Other_one, emptyDir: {}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeNeverStarts, from: "ConfigMap/ours"},
		"mount without a path": {mounts: mount + "        - {name: certs}\n", volumes: config,
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeNeverStarts, from: "ConfigMap/ours"},
		"file or folder at one path": {mounts: mount + "        - {name: certs, mountPath: /x}\n        - {name: certs, mountPath: /x/, subPath: " + file + "}\n", volumes: config,
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusUnknown, code: pod.CodeNeverStarts, from: "ConfigMap/ours"},
		"folder twice at one path": {mounts: mount + "        - {name: certs, mountPath: /x}\n        - {name: certs, mountPath: /x/}\n", volumes: config,
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"file for a folder": {mounts: mount + "        - {name: ro, mountPath: /ro}\n        - {name: certs, mountPath: /ro/x}\n", volumes: config + items,
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeNeverStarts, from: "ConfigMap/ours"},
		"folder for a file": {mounts: mount + "        - {name: ro, mountPath: /ro}\n        - {name: certs, mountPath: /ro/y, subPath: " + file + "}\n", volumes: config + items,
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeNeverStarts, from: "ConfigMap/ours"},
		"file where nothing is": {mounts: mount + "        - {name: ro, mountPath: /ro}\n        - {name: certs, mountPath: /ro/q, subPath: " + file + "}\n", volumes: config + items,
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeNeverStarts, from: "ConfigMap/ours"},
		"folder by its subPath": {mounts: mount + "        - {name: ro, mountPath: /ro}\n        - {name: ro, mountPath: /ro/x, subPath: none}\n", volumes: config + items,
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusFailed, code: pod.CodeNeverStarts, from: "ConfigMap/ours"},
		"file by its subPath": {mounts: mount + "        - {name: ro, mountPath: /ro}\n        - {name: ro, mountPath: /ro/x, subPath: x}\n", volumes: config + items,
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"folder that is there": {mounts: mount + "        - {name: ro, mountPath: /ro}\n        - {name: certs, mountPath: /ro/y}\n", volumes: config + items,
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"group's file": {mounts: mount + group, volumes: limited + "288}}\n", objects: document("ConfigMap", "ours", "data", file, ca),
			way: pod.WayCertsDir, status: trust.StatusFailed, code: CodeUnreadable, from: "ConfigMap/ours"},
		"root's group's file": {mounts: mount + rootGroup, volumes: limited + "288}}\n", objects: document("ConfigMap", "ours", "data", file, ca),
			way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"others' file": {mounts: mount + group, volumes: limited + "260}}\n", objects: document("ConfigMap", "ours", "data", file, ca),
			way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"others' file, not root's group's": {mounts: mount + rootGroup, volumes: limited + "260}}\n", objects: document("ConfigMap", "ours", "data", file, ca),
			way: pod.WayCertsDir, status: trust.StatusFailed, code: CodeUnreadable, from: "ConfigMap/ours"},
		"token": {mounts: mount, volumes: "      - {name: certs, projected: {sources: [{serviceAccountToken: {path: " + file + "}}]}}\n",
			way: pod.WayCertsDir, status: trust.StatusUnknown, code: CodeFileUnknown, from: "volume of kind serviceAccountToken"},
		"key of the file without a value": {mounts: mount, volumes: config, objects: "---\nkind: ConfigMap\nmetadata: {name: ours}\ndata: {" + file + ": }\n",
			way: pod.WayCertsDir, status: trust.StatusUnknown, code: CodeFileUnknown, from: "ConfigMap/ours"},
		"two names": {mounts: mount, volumes: config, objects: strings.Replace(document("ConfigMap", "ours", "data", file, ca), "{name: ours}", "{name: ours, name: theirs}", 1),
			way: pod.WayCertsDir, status: trust.StatusUnknown, code: CodeFileUnknown, from: "ConfigMap/ours"},
		"optional source": {mounts: mount, volumes: config + "      - {name: stale, secret: {secretName: theirs, optional: true, items: [{key: x, path: x}]}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca) + document("Secret", "theirs", "data", "y", "eg=="),
			way:     pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"source that its owner fills": {mounts: mount, volumes: config + "      - {name: later, secret: {secretName: theirs, items: [{key: x, path: x}]}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca) + "---\nkind: Secret\nmetadata: {name: theirs}\n",
			way:     pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"key without a value": {mounts: mount, volumes: config + "      - {name: token, secret: {secretName: theirs, items: [{key: x, path: x}]}}\n",
			objects: document("ConfigMap", "ours", "data", file, ca) + "---\nkind: Secret\nmetadata: {name: theirs}\ndata: {x: , y: eg==}\n",
			way:     pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours"},
		"DER":    {mounts: mount, volumes: config, objects: document("ConfigMap", "ours", "binaryData", file, base64.StdEncoding.EncodeToString([]byte(certificate(t, "ca.der")))), way: pod.WayCertsDir, status: trust.StatusFailed, code: CodeFileInvalid, from: "ConfigMap/ours"},
		"PKCS#7": {mounts: mount, volumes: config, objects: document("ConfigMap", "ours", "data", file, certificate(t, "chain.p7b")), way: pod.WayCertsDir, status: trust.StatusFailed, code: CodeFileInvalid, from: "ConfigMap/ours"},
		"certificate and key": {mounts: mount, volumes: config, objects: document("ConfigMap", "ours", "data", file, ca+"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
			way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours", warning: trust.CodePrivateKey},
		"good and TRUSTED": {mounts: mount, volumes: config, objects: document("ConfigMap", "ours", "data", file, ca+certificate(t, "trusted.crt")),
			way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours", warning: trust.CodeOtherBlock},
		"junk": {mounts: mount, volumes: config, objects: document("ConfigMap", "ours", "data", file, "no certificate"), way: pod.WayCertsDir, status: trust.StatusFailed, code: CodeFileInvalid, from: "ConfigMap/ours"},
		"certs dir given": {options: Options{CertsDir: "/certs"}, mounts: "        - {name: certs, mountPath: /certs}\n", volumes: config,
			objects: document("ConfigMap", "ours", "data", file, ca), way: pod.WayCertsDir, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours", file: "/certs/" + file},
		"variable": {env: "        - {name: CI_SERVER_TLS_CA_FILE, value: /certs/ca.crt}\n", mounts: "        - {name: certs, mountPath: /certs}\n", volumes: config,
			objects: document("ConfigMap", "ours", "data", "ca.crt", ca), way: pod.WayEnv, status: trust.StatusOK, code: CodeFileOK, from: "ConfigMap/ours", file: "/certs/ca.crt"},
		"variable from elsewhere": {env: "        - {name: CI_SERVER_TLS_CA_FILE, valueFrom: {configMapKeyRef: {name: x, key: y}}}\n", way: pod.WayEnv, status: trust.StatusUnknown, code: CodeFileUnknown, file: "-"},
		"variable into the image": {env: "        - {name: CI_SERVER_TLS_CA_FILE, value: /etc/ssl/ca.crt}\n", way: pod.WayEnv, status: trust.StatusUnknown, code: CodeFileUnknown, file: "/etc/ssl/ca.crt"},
		"setting": {mounts: "        - {name: certs, mountPath: /certs}\n", volumes: config,
			objects: document("ConfigMap", "ours", "data", configName, "[[runners]]\n  tls-ca-file = \"/certs/ca.crt\"\n  executor = \"kubernetes\""),
			way:     pod.WayConfig, status: trust.StatusFailed, code: CodeFileMissing, from: "ConfigMap/ours", file: "/certs/ca.crt"},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.Now = now
			audited, err := Run([]byte(c.stream()), c.options)
			if err != nil {
				t.Fatal(err)
			}
			if len(audited) != 1 {
				t.Fatalf("%d runners", len(audited))
			}
			c.compare(t, audited[0])
		})
	}
}

func (c auditCase) compare(t *testing.T, got Runner) {
	t.Helper()
	if got.Way != c.way || got.Status != c.status || got.Finding.Code != c.code || got.From != c.from {
		t.Errorf("got %s %s %s %q (%s), want %s %s %s %q", got.Way, got.Status, got.Finding.Code, got.From, got.Finding.Message,
			c.way, c.status, c.code, c.from)
	}
	if c.warning != "" && (len(got.Warnings) != 1 || got.Warnings[0].Code != c.warning) {
		t.Errorf("warnings %v", got.Warnings)
	}
	want := c.file
	switch {
	case want == "-" || c.way == pod.WayNone:
		want = ""
	case want == "":
		want = homeCerts + "/gitlab.example.com.crt"
	}
	if got.File != want {
		t.Errorf("file %q, want %q", got.File, want)
	}
	if got.Server.Name != "gitlab.example.com" || got.Server.URL != "https://gitlab.example.com" || got.Deployment != "ci" || got.Container != "runner" {
		t.Errorf("got %+v", got)
	}
	if c.status == trust.StatusOK && (got.Bundle == nil || len(got.Bundle.Certificates()) == 0) {
		t.Error("no certificates")
	}
}

func TestAuditRefuses(t *testing.T) {
	for name, stream := range map[string]string{
		"no runner":       "apiVersion: v1\nkind: ConfigMap\n",
		"nothing":         "",
		"only hooks":      "kind: ConfigMap\nmetadata: {annotations: {helm.sh/hook: pre-install}}\n",
		"not YAML":        "kind: Deployment # CI_SERVER_URL\n\tx\n",
		"duplicate key":   strings.Replace(auditCase{}.stream(), "        volumeMounts:", "        volumeMounts: []\n        volumeMounts:", 1),
		"duplicate alias": strings.Replace(auditCase{}.stream(), "      containers:", "      hostAliases: [{ip: 10.0.0.1, ip: 10.0.0.2}]\n      containers:", 1),
		"bad URL":         strings.Replace(auditCase{}.stream(), "https://", "ssh://", 1),
		"base64": auditCase{mounts: certsMount, volumes: "      - {name: certs, secret: {secretName: s}}\n",
			objects: document("Secret", "s", "data", "gitlab.example.com.crt", "%%%")}.stream(),
	} {
		t.Run(name, func(t *testing.T) {
			audited, err := Run([]byte(stream), Options{Now: now})
			if _, ok := errors.AsType[*manifest.Error](err); !ok || audited != nil {
				t.Errorf("got %v and %v", audited, err)
			}
		})
	}
}

// TestAuditHostUnknown is a runner whose server comes from another object.
func TestAuditHostUnknown(t *testing.T) {
	stream := strings.Replace(auditCase{}.stream(), "value: 'https://gitlab.example.com'", "valueFrom: {secretKeyRef: {name: s, key: url}}", 1)
	audited, err := Run([]byte(stream), Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if got := audited[0]; got.Status != trust.StatusUnknown || got.Finding.Code != manifest.HostUnknown || got.Server.URL != "" {
		t.Errorf("got %+v", got)
	}
}
