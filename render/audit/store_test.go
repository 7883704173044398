package audit

import (
	"strings"
	"testing"
)

// TestStore has what a runner trusts without a file: Mozilla's list, what the manifests add, and whether
// there may be more.
func TestStore(t *testing.T) {
	const (
		official = "        image: registry.example.com/gitlab-runner:alpine-v18.9.0\n"
		volume   = "      - {name: store, configMap: {name: ours}}\n"
	)
	ours := document("ConfigMap", "ours", "data", "ca.crt", certificate(t, "ca.crt"))
	for name, c := range map[string]struct {
		image, env, mounts, volumes string
		objects                     string
		root                        bool

		mozilla bool
		added   int
		unsure  string
	}{
		"official":     {image: official, mozilla: true},
		"digest":       {image: "        image: gitlab/gitlab-runner:v18.9.0@sha256:" + strings.Repeat("0a", 32) + "\n", mozilla: true},
		"bleeding":     {image: "        image: gitlab-runner:ubuntu-bleeding\n", mozilla: true},
		"no image":     {unsure: "the image"},
		"another":      {image: "        image: registry.example.com/our-gitlab-runner:v18.9.0\n", unsure: "our-gitlab-runner"},
		"another tag":  {image: "        image: gitlab-runner:with-ca\n", unsure: "with-ca"},
		"bundle":       {image: official, mounts: "        - {name: store, mountPath: /etc/ssl/certs/ca-certificates.crt, subPath: ca.crt}\n", volumes: volume, objects: ours, added: 1, unsure: "hides the bundle"},
		"beside":       {image: official, mounts: "        - {name: store, mountPath: /etc/ssl/certs/ours.crt, subPath: ca.crt}\n", volumes: volume, objects: ours, mozilla: true, added: 1},
		"folder":       {image: official, mounts: "        - {name: store, mountPath: /etc/ssl/certs}\n", volumes: volume, objects: ours, added: 1},
		"node's":       {image: official, mounts: "        - {name: store, mountPath: /etc/ssl/certs}\n", volumes: "      - {name: store, hostPath: {path: /etc/ssl/certs}}\n", unsure: "what is in /etc/ssl/certs"},
		"above":        {image: official, mounts: "        - {name: store, mountPath: /etc/ssl}\n", volumes: "      - {name: store, emptyDir: {}}\n", unsure: "what is in /etc/ssl/certs"},
		"cluster's":    {image: official, mounts: "        - {name: store, mountPath: /etc/ssl/certs}\n", volumes: volume, unsure: "what is in /etc/ssl/certs"},
		"file":         {image: official, env: "        - {name: SSL_CERT_FILE, value: /x/ca.crt}\n", mounts: "        - {name: store, mountPath: /x}\n", volumes: volume, objects: ours, added: 1, unsure: "SSL_CERT_FILE"},
		"file itself":  {image: official, env: "        - {name: SSL_CERT_FILE, value: /etc/ssl/certs/ca-certificates.crt}\n", mozilla: true},
		"file from":    {image: official, env: "        - {name: SSL_CERT_FILE, valueFrom: {configMapKeyRef: {name: x, key: y}}}\n", unsure: "SSL_CERT_FILE is not in"},
		"folders":      {image: official, env: "        - {name: SSL_CERT_DIR, value: '/x:/etc/ssl/certs:/etc/pki/tls/certs'}\n", mounts: "        - {name: store, mountPath: /x}\n", volumes: volume, objects: ours, mozilla: true, added: 1},
		"entrypoint":   {image: official, env: "        - {name: CA_CERTIFICATES_PATH, value: /x/ca.crt}\n", root: true, mozilla: true, unsure: "CA_CERTIFICATES_PATH"},
		"its default":  {image: official, mounts: "        - {name: store, mountPath: /etc/gitlab-runner/certs}\n", volumes: volume, objects: ours, root: true, mozilla: true, unsure: "/etc/gitlab-runner/certs/ca.crt"},
		"not as root":  {image: official, env: "        - {name: CA_CERTIFICATES_PATH, value: /x/ca.crt}\n", mozilla: true},
		"env from":     {image: official + "        envFrom: [{secretRef: {name: settings}}]\n", mozilla: true, unsure: "Secret/settings"},
		"folders from": {image: official, env: "        - {name: SSL_CERT_DIR, valueFrom: {configMapKeyRef: {name: x, key: y}}}\n", mozilla: true, unsure: "SSL_CERT_DIR is not in"},
	} {
		t.Run(name, func(t *testing.T) {
			stream := auditCase{env: c.env, mounts: c.mounts, volumes: c.volumes, objects: c.objects}.stream()
			if c.root {
				stream = strings.Replace(stream, "runAsUser: 100", "runAsUser: 0", 1)
			}
			audited, err := Run([]byte(strings.Replace(stream, "        env:\n", c.image+"        env:\n", 1)), Options{Now: now})
			if err != nil {
				t.Fatal(err)
			}
			got := audited[0].Store
			if got.Mozilla != c.mozilla || len(got.Added) != c.added || (got.Unsure == "") != (c.unsure == "") || !strings.Contains(got.Unsure, c.unsure) {
				t.Errorf("Mozilla %v, %d added, unsure %q", got.Mozilla, len(got.Added), got.Unsure)
			}
		})
	}
}

// TestStoreUnreadable refuses an object that Kubernetes would refuse, wherever the store leads to it, and
// takes what is no certificate for nothing.
func TestStoreUnreadable(t *testing.T) {
	const volume = "      - {name: store, configMap: {name: ours}}\n"
	twice := "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ours}\ndata:\n  ca.crt: a\n  ca.crt: b\n"
	mount := func(at string) string { return "        - {name: store, mountPath: " + at + "}\n" }
	for name, c := range map[string]struct{ env, mounts string }{
		"bundle":  {mounts: "        - {name: store, mountPath: /etc/ssl/certs/ca-certificates.crt, subPath: ca.crt}\n"},
		"folder":  {mounts: mount("/etc/ssl/certs")},
		"file":    {env: "        - {name: SSL_CERT_FILE, value: /x/ca.crt}\n", mounts: mount("/x")},
		"folders": {env: "        - {name: SSL_CERT_DIR, value: /x}\n", mounts: mount("/x")},
	} {
		stream := auditCase{env: c.env, mounts: c.mounts, volumes: volume, objects: twice}.stream()
		if _, err := Run([]byte(stream), Options{Now: now}); err == nil || !strings.Contains(err.Error(), "ca.crt") {
			t.Errorf("%s: %v", name, err)
		}
		junk := document("ConfigMap", "ours", "data", "ca.crt", "no certificate")
		stream = auditCase{env: c.env, mounts: c.mounts, volumes: volume, objects: junk}.stream()
		if audited, err := Run([]byte(stream), Options{Now: now}); err != nil || len(audited[0].Store.Added) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestProxied has what the environment says of a proxy.
func TestProxied(t *testing.T) {
	for env, want := range map[string]bool{
		"":                                       false,
		"{name: HTTP_PROXY, value: 'http://x'}":  false,
		"{name: https_proxy, value: 'http://x'}": true,
		"{name: HTTPS_PROXY, valueFrom: {secretKeyRef: {name: x, key: y}}}":                                 true,
		"{name: HTTPS_PROXY, value: 'http://x'}, {name: NO_PROXY, value: '.svc, .example.com'}":             false,
		"{name: HTTPS_PROXY, value: 'http://x'}, {name: no_proxy, value: 'b.example.com,other.gitlab.com'}": true,
	} {
		entries := ""
		for entry := range strings.SplitSeq(env, ", {") {
			if entry != "" {
				entries += "        - {" + strings.TrimPrefix(entry, "{") + "\n"
			}
		}
		checkProxied(t, auditCase{env: entries}.stream(), want)
	}
	env := "        - {name: HTTPS_PROXY, value: 'http://x'}\n        - {name: NO_PROXY, value: 'fd00::/8'}\n"
	for host, want := range map[string]bool{"[fd00::1]": false, "[fd00::1]:8443": false, "[fe00::1]": true} {
		checkProxied(t, strings.Replace(auditCase{env: env}.stream(), "gitlab.example.com", host, 1), want)
	}
}

func checkProxied(t *testing.T, stream string, want bool) {
	t.Helper()
	audited, err := Run([]byte(stream), Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if got := audited[0].Proxied; got != want {
		t.Errorf("%v for\n%s", got, stream)
	}
}
