package audit

import (
	"encoding/base64"
	"strings"
	"testing"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/render/pod"
	"helm-runnertrust/trust"
)

// TestElsewhere has pods whose file is good, and that may read another one, or none, or start nothing.
func TestElsewhere(t *testing.T) {
	const (
		file     = "gitlab.example.com.crt"
		scripts  = "      - {name: config, configMap: {name: config"
		script   = "        command: [bash, /configmaps/entrypoint]\n"
		variable = "        - {name: CI_SERVER_TLS_CA_FILE, value: '" + homeCerts
	)
	command := func(words string) string { return "        command: [" + words + "]\n" }
	ca := certificate(t, "ca.crt")
	ca64 := base64.StdEncoding.EncodeToString([]byte(ca))
	ours, entrypoint := document("ConfigMap", "ours", "data", file, ca), document("ConfigMap", "config", "data", "entrypoint", "x")
	secret := "      - {name: certs, secret: {secretName: ours}}\n"
	for name, c := range map[string]struct {
		auditCase
		command string
	}{
		"a folder up":                  {auditCase{env: variable + "/x/../" + file + "'}\n", objects: ours, status: trust.StatusUnknown, code: CodeFileUnknown}, ""},
		"a file as a folder":           {auditCase{env: variable + "/" + file + "/.'}\n", objects: ours, status: trust.StatusUnknown, code: CodeFileUnknown}, ""},
		"slashes and dots":             {auditCase{env: variable + "//./" + file + "'}\n", objects: ours, status: trust.StatusOK, code: CodeFileOK}, ""},
		"the kubelet's own folder":     {auditCase{env: variable + "/..data/" + file + "'}\n", objects: ours, status: trust.StatusUnknown, code: CodeFileUnknown}, ""},
		"a ConfigMap's stringData":     {auditCase{objects: document("ConfigMap", "ours", "stringData", file, ca), status: trust.StatusFailed, code: CodeFileMissing}, ""},
		"a Secret's binaryData":        {auditCase{volumes: secret, objects: document("Secret", "ours", "binaryData", file, ca64), status: trust.StatusFailed, code: CodeFileMissing}, ""},
		"a ConfigMap of another group": {auditCase{objects: strings.Replace(ours, "apiVersion: v1", "apiVersion: example.org/v1", 1), status: trust.StatusUnknown, code: CodeFileUnknown}, ""},
		"another directory":            {auditCase{env: "        - {name: HOME, value: /h}\n", mounts: "        - {name: certs, mountPath: /opt}\n", objects: ours, options: Options{CertsDir: "/opt"}, status: trust.StatusUnknown, code: manifest.DirElsewhere}, ""},
		"and nobody knows better":      {auditCase{mounts: "        - {name: certs, mountPath: /opt}\n", objects: ours, options: Options{CertsDir: "/opt"}, status: trust.StatusOK, code: CodeFileOK}, ""},
		"a script":                     {auditCase{volumes: scripts + "}}\n", objects: ours + entrypoint, status: trust.StatusOK, code: CodeFileOK}, script},
		"a script that is not there":   {auditCase{volumes: scripts + ", items: [{key: entrypoint, path: x}]}}\n", objects: ours + entrypoint, status: trust.StatusFailed, code: pod.CodeNeverStarts}, script},
		"a script of root's":           {auditCase{volumes: scripts + ", defaultMode: 0400}}\n", objects: ours + entrypoint, status: trust.StatusFailed, code: pod.CodeNeverStarts}, script},
		"the folder of the scripts":    {auditCase{volumes: scripts + "}}\n", objects: ours + entrypoint, status: trust.StatusOK, code: CodeFileOK}, command("cp, -rL, /configmaps/., /configmaps/, /work")},
		"a script of an empty object":  {auditCase{volumes: scripts + "}}\n", objects: ours + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\n", status: trust.StatusOK, code: CodeFileOK}, script},
		"a flag":                       {auditCase{objects: ours, status: trust.StatusUnknown, code: CodeFileUnknown}, command("gitlab-runner, register, --tls-ca-file=/x")},
		"a flag in a script":           {auditCase{objects: ours, status: trust.StatusUnknown, code: CodeFileUnknown}, command("sh, -c, 'gitlab-runner register --url \"https://x.example.com\"'")},
		"the same URL":                 {auditCase{objects: ours, status: trust.StatusOK, code: CodeFileOK}, command("gitlab-runner, register, --url, 'https://gitlab.example.com/'")},
		"a URL of something else":      {auditCase{objects: ours, status: trust.StatusOK, code: CodeFileOK}, command("sh, -c, 'wget --url https://x.example.com; exec gitlab-runner run'")},
		"another home":                 {auditCase{objects: ours, status: trust.StatusUnknown, code: CodeFileUnknown}, command("sh, -c, 'export HOME=/tmp && exec /entrypoint'")},
		"another template":             {auditCase{objects: ours, status: trust.StatusUnknown, code: CodeFileUnknown}, command("gitlab-runner, register, --template-config, /t")},
		"a variable for another one":   {auditCase{env: "        - {name: TEMPLATE_CONFIG_FILE, value: /t}\n", objects: ours, status: trust.StatusUnknown, code: manifest.BadTemplate}, ""},
		"another environment":          {auditCase{objects: ours, status: trust.StatusUnknown, code: CodeFileUnknown}, command("gitlab-runner, register, --env=GIT_SSL_CAINFO=/x")},
		"another URL to clone from":    {auditCase{objects: ours, status: trust.StatusUnknown, code: CodeFileUnknown}, command("gitlab-runner, register, --clone-url=https://x.example.com")},
		"an item with dots":            {auditCase{objects: ours, volumes: "      - {name: certs, configMap: {name: ours, items: [{key: " + file + ", path: .//" + file + "}]}}\n", status: trust.StatusOK, code: CodeFileOK}, ""},
		"a subPath of a variable":      {auditCase{env: "        - {name: N, value: " + file + "}\n", mounts: "        - {name: s, mountPath: /c/" + file + ", subPathExpr: $(N)}\n", volumes: "      - {name: s, configMap: {name: ours}}\n", objects: ours, options: Options{CertsDir: "/c"}, status: trust.StatusUnknown, code: CodeFileUnknown}, ""},
		"a script called like a flag":  {auditCase{objects: ours, status: trust.StatusOK, code: CodeFileOK}, command("sh, -c, '. /vault/load-env && /scripts/my-config'")},
		"another runner":               {auditCase{objects: ours, status: trust.StatusUnknown, code: CodeFileUnknown}, command("gitlab-runner, run-single, --url=https://x.example.com")},
		"no switch":                    {auditCase{env: "        - {name: KUBERNETES_PRIVILEGED, value: 'yes'}\n", objects: ours, status: trust.StatusUnknown, code: manifest.BadTemplate}, ""},
		"no number":                    {auditCase{env: "        - {name: KUBERNETES_POLL_TIMEOUT, value: 180s}\n", objects: ours, status: trust.StatusUnknown, code: manifest.BadTemplate}, ""},
		"a switch and a number":        {auditCase{env: "        - {name: REGISTER_LOCKED, value: 'false'}\n        - {name: RUNNER_REQUEST_CONCURRENCY, value: '1'}\n", objects: ours, status: trust.StatusOK, code: CodeFileOK}, ""},
		"a flag with one dash":         {auditCase{objects: ours, status: trust.StatusUnknown, code: CodeFileUnknown}, command("gitlab-runner, register, -tls-ca-file=/x")},
		"a variable of the command":    {auditCase{objects: ours, status: trust.StatusUnknown, code: CodeFileUnknown}, command("env, CI_SERVER_TLS_CA_FILE=/x, gitlab-runner")},
		"the variable in a flag":       {auditCase{objects: ours, status: trust.StatusOK, code: CodeFileOK}, command("sh, -c, 'gitlab-runner register --url \"$CI_SERVER_URL\"'")},
	} {
		if c.options.CertsDir == "" {
			c.mounts += certsMount
		}
		if !strings.Contains(c.volumes, "name: certs") {
			c.volumes += certsVolume
		}
		if strings.Contains(c.volumes, scripts) {
			c.mounts += templateMount
		}
		c.options.Now = now
		audited, err := Run([]byte(strings.Replace(c.stream(), "        env:\n", c.command+"        env:\n", 1)), c.options)
		if err != nil {
			t.Fatal(err)
		}
		if got := audited[0]; got.Status != c.status || got.Finding.Code != c.code {
			t.Errorf("%s: got %s %+v", name, got.Status, got.Finding)
		}
	}
	foreign := strings.Replace(auditCase{objects: ours}.stream(), "apiVersion: apps/v1", "apiVersion: example.org/v1", 1)
	if _, err := Run([]byte(foreign), Options{Now: now}); err == nil || !strings.Contains(err.Error(), "no Deployment") {
		t.Errorf("a Deployment of another group: %v", err)
	}
}

// TestCacheServer has settings that lead to another server of the cache than the one that they seem to.
func TestCacheServer(t *testing.T) {
	const head = "[[runners]]\n  [runners.cache]\n    Type = \"s3\"\n    [runners.cache.s3]\n      BucketName = \"b\"\n"
	for name, c := range map[string]struct{ settings, env, server string }{
		"a host":               {"ServerAddress = \"minio.example.com\"", "", "minio.example.com"},
		"its port":             {"ServerAddress = \"minio.example.com:9000\"", "", "minio.example.com:9000"},
		"a URL":                {"ServerAddress = \"https://minio.example.com\"", "", ""},
		"by the bucket's name": {"ServerAddress = \"minio.example.com\"\nPathStyle = false", "", "b.minio.example.com"},
		"by a variable":        {"ServerAddress = \"minio.example.com\"", "        - {name: CACHE_S3_PATH_STYLE, value: 'false'}\n", "b.minio.example.com"},
		"twice":                {"ServerAddress = \"minio.example.com\"\nPathStyle = true", "        - {name: CACHE_S3_PATH_STYLE, value: 'false'}\n", ""},
		"by its path":          {"ServerAddress = \"minio.example.com\"\nPathStyle = true", "", "minio.example.com"},
		"not of S3":            {"ServerAddress = \"minio.example.com\"", "        - {name: CACHE_TYPE, value: gcs}\n", "none"},
		"without TLS":          {"ServerAddress = \"minio.example.com\"\nInsecure = true", "        - {name: CACHE_S3_INSECURE, value: '0'}\n", "none"},
		"by another word":      {"ServerAddress = \"minio.example.com\"", "        - {name: CACHE_S3_INSECURE, value: TRUE}\n", "none"},
		"with TLS":             {"ServerAddress = \"minio.example.com\"\nInsecure = false", "        - {name: CACHE_S3_INSECURE, value: f}\n", "minio.example.com"},
	} {
		stream := auditCase{env: c.env, mounts: templateMount, volumes: "      - {name: config, configMap: {name: config}}\n", objects: document("ConfigMap", "config", "data", configName, head+c.settings)}.stream()
		audited, err := Run([]byte(stream), Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		got := "none"
		if clients := audited[0].Clients(); len(clients) == 3 {
			if got = clients[2].Server.Address; clients[2].Verdict.Status != trust.StatusUnknown || clients[2].Verdict.Finding.Code != CodeCacheUnknown {
				t.Errorf("%s: %+v", name, clients[2].Verdict)
			}
		}
		if got != c.server {
			t.Errorf("%s: the server is %q, want %q", name, got, c.server)
		}
	}
}
