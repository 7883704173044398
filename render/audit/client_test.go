package audit

import (
	"strings"
	"testing"
	"time"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
)

const templateMount = "        - {name: config, mountPath: /configmaps}\n"

// TestCache has what the stream shows of the cache's server, and of what its client trusts.
func TestCache(t *testing.T) {
	const (
		ingress  = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: minio}\nspec: {tls: [{hosts: [minio.example.com], secretName: tls}]}\n"
		template = "[[runners]]\n  executor = \"kubernetes\"\n  [runners.kubernetes]\n    namespace = \"ci\"\n"
		cache    = "  [runners.cache]\n    Type = \"s3\"\n    [runners.cache.s3]\n      ServerAddress = \"minio.example.com\"\n"
	)
	volume := func(kind, name, path, key string) string {
		return "    [[runners.kubernetes.volumes." + kind + "]]\n      name = \"" + name + "\"\n      mount_path = \"" + path + "\"\n      sub_path = \"" + key + "\"\n"
	}
	const file = "/etc/ssl/certs/helm-runnertrust.crt"
	from, until := now.Add(-time.Hour), now.AddDate(1, 0, 0)
	root := trusttest.SelfSigned(trusttest.Template{CommonName: "Root", CA: true, NotBefore: from, NotAfter: until})
	minio := root.Issue(trusttest.Template{DNSNames: []string{"minio.example.com"}, NotBefore: from, NotAfter: until})
	served := document("Secret", "tls", "stringData", "tls.crt", string(trusttest.PEM(minio.Certificate)))
	ca := document("ConfigMap", "ours", "data", "ca.crt", string(trusttest.PEM(root.Certificate)))
	leaf := document("Secret", "tls", "stringData", "tls.crt", certificate(t, "wrong-host.crt"))
	for name, c := range map[string]struct {
		template, objects string
		status            trust.Status
		code              trust.Code
		sends, files      string
	}{
		"no volume":            {"", ingress, trust.StatusUnknown, CodeCacheUnknown, "", ""},
		"volume":               {volume("config_map", "ours", file, "ca.crt"), ca, trust.StatusUnknown, CodeCacheUnknown, "", "ConfigMap/ours"},
		"its Secret":           {volume("secret", "tls", file, "tls.crt"), ingress, trust.StatusUnknown, CodeCacheUnknown, "Secret/tls", "Secret/tls"},
		"another key":          {volume("secret", "tls", file, "ca.crt"), ingress, trust.StatusUnknown, CodeCacheUnknown, "", "Secret/tls"},
		"elsewhere":            {volume("secret", "tls", "/x/ca.crt", "tls.crt"), ingress, trust.StatusUnknown, CodeCacheUnknown, "", ""},
		"served, no volume":    {"", ingress + served, trust.StatusFailed, CodeCacheFailed, "", ""},
		"served, its Secret":   {volume("secret", "tls", file, "tls.crt"), ingress + served, trust.StatusOK, trust.CodeTrusted, "", "Secret/tls"},
		"served, its CA":       {volume("config_map", "ours", file, "ca.crt"), ingress + served + ca, trust.StatusOK, trust.CodeTrusted, "", "ConfigMap/ours"},
		"served, not known":    {volume("config_map", "ours", file, "ca.crt"), ingress + served, trust.StatusUnknown, CodeStoreUnknown, "", "ConfigMap/ours"},
		"served, no PEM":       {volume("config_map", "ours", file, "ca.crt"), ingress + served + document("ConfigMap", "ours", "data", "ca.crt", "junk"), trust.StatusFailed, CodeCacheFailed, "", "ConfigMap/ours"},
		"served, other host":   {volume("secret", "tls", file, "tls.crt"), ingress + leaf, trust.StatusFailed, trust.CodeNameMismatch, "", "Secret/tls"},
		"served, over the dir": {volume("secret", "other", "/etc/ssl/certs", ""), ingress + served, trust.StatusUnknown, CodeStoreUnknown, "", ""},
	} {
		c.objects = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: config, namespace: ci}\ndata:\n  config.template.toml: |\n    " +
			strings.ReplaceAll(strings.TrimSpace(template+c.template+cache), "\n", "\n    ") + "\n" + c.objects
		stream := auditCase{mounts: templateMount, volumes: "      - {name: config, configMap: {name: config}}\n", objects: c.objects}.stream()
		audited, err := Run([]byte(strings.Replace(stream, "  name: ci\n", "  name: ci\n  namespace: ci\n", 1)), Options{Now: now, Namespace: "ci"})
		if err != nil {
			t.Fatal(err)
		}
		clients := audited[0].Clients()
		if len(clients) != 3 {
			t.Errorf("%s: %+v", name, clients)
			continue
		}
		got, files := clients[2], strings.Join(audited[0].JobFiles, ",")
		if got.Verdict.Status != c.status || got.Verdict.Finding.Code != c.code || got.Sends != c.sends || files != c.files || got.Server.Name != "minio.example.com" {
			t.Errorf("%s: %s %+v, sends %q, files %s", name, got.Verdict.Status, got.Verdict.Finding, got.Sends, files)
		}
		if got.Decides() != (c.status == trust.StatusFailed) {
			t.Errorf("%s: decides %v", name, got.Decides())
		}
	}
}

// TestClients has what the runner and git connect with: whether their server sends the very Secret that is the
// file, and whether git, which clones from another host, works where the runner does not.
func TestClients(t *testing.T) {
	const (
		mount   = templateMount + certsMount
		volumes = "      - {name: certs, secret: {secretName: theirs, items: [{key: tls.crt, path: gitlab.example.com.crt}]}}\n      - {name: config, configMap: {name: config}}\n"
		clone   = "[[runners]]\n  executor = \"kubernetes\"\n  clone_url = \"https://other.example.com\"\n"
	)
	ingress := func(secret string) string {
		return "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: gitlab}\nspec: {tls: [{hosts: [gitlab.example.com], secretName: " + secret + "}]}\n"
	}
	chain := document("Secret", "theirs", "stringData", "tls.crt", certificate(t, "chain.crt"))
	for name, c := range map[string]struct {
		objects string
		git     trust.Status
		sends   string
	}{
		"served":                  {ingress("theirs"), trust.StatusUnknown, "Secret/theirs"},
		"served, in the stream":   {ingress("theirs") + chain + document("ConfigMap", "config", "data", "entrypoint", "x"), trust.StatusOK, ""},
		"served from another one": {ingress("other"), trust.StatusUnknown, ""},
		"for the host of clone_url": {document("ConfigMap", "config", "data", configName, clone) +
			document("Secret", "theirs", "stringData", "tls.crt", certificate(t, "wrong-host.crt")), trust.StatusFailed, ""},
	} {
		stream := auditCase{mounts: mount, volumes: volumes, objects: c.objects}.stream()
		audited, err := Run([]byte(stream), Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range audited[0].Clients() {
			host := ""
			if got.Verdict.Status == trust.StatusFailed {
				host = "gitlab.example.com"
			}
			if got.Verdict.Status != c.git || got.Sends != c.sends || got.Verdict.Finding.Host != host {
				t.Errorf("%s: %s is %s, sends %q: %+v", name, got.Name, got.Verdict.Status, got.Sends, got.Verdict.Finding)
			}
		}
	}
}

// TestCloneURL has what git is told to clone from at the same host.
func TestCloneURL(t *testing.T) {
	for _, c := range []struct {
		server, clone string
		status        trust.Status
		code          trust.Code
	}{
		{"https", "https", trust.StatusOK, CodeFileOK},
		{"https", "http", trust.StatusUnknown, manifest.PlainHTTP},
		{"http", "https", trust.StatusOK, CodeFileOK},
		{"http", "http", trust.StatusUnknown, manifest.PlainHTTP},
	} {
		stream := auditCase{
			mounts:  templateMount + certsMount,
			volumes: certsVolume + "      - {name: config, configMap: {name: config}}\n",
			objects: document("ConfigMap", "ours", "data", "gitlab.example.com.crt", certificate(t, "ca.crt")) +
				document("ConfigMap", "config", "data", configName, "[[runners]]\n  clone_url = \""+c.clone+"://gitlab.example.com\"\n"),
		}.stream()
		audited, err := Run([]byte(strings.Replace(stream, "https://", c.server+"://", 1)), Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if got := audited[0].Clients()[1].Verdict; got.Status != c.status || got.Finding.Code != c.code {
			t.Errorf("%s, clone_url by %s: %s %+v", c.server, c.clone, got.Status, got.Finding)
		}
	}
}

// TestGit has what the stream shows of git in jobs: the files that it may not read, and the servers that it clones from.
func TestGit(t *testing.T) {
	old := trusttest.SelfSigned(trusttest.Template{CommonName: "Old CA", CA: true, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0)})
	hides := string(trusttest.PEM(trusttest.OldVersion(old.Certificate, old, 1, true)))
	plain := string(trusttest.PEM(trusttest.OldVersion(old.Certificate, old, 1, false)))
	ca := certificate(t, "ca.crt")
	authority := func(name string, until time.Time) trusttest.Template {
		return trusttest.Template{CommonName: name, CA: true, NotBefore: now.AddDate(-1, 0, 0), NotAfter: until}
	}
	crossed := old.Issue(authority("Root", now.AddDate(0, 0, -1)))
	belowExpired := trusttest.PEM(crossed.Issue(authority("Intermediate", now.AddDate(1, 0, 0))).Certificate, crossed.Certificate)
	for name, c := range map[string]struct {
		file   string
		status trust.Status
		code   trust.Code
	}{
		"plain":                     {ca, trust.StatusOK, CodeFileOK},
		"only an expired issuer":    {string(belowExpired), trust.StatusUnknown, trust.CodeExpiredCA},
		"version 1":                 {ca + plain, trust.StatusOK, CodeFileOK},
		"version 2":                 {ca + string(trusttest.PEM(trusttest.OldVersion(old.Certificate, old, 2, false))), trust.StatusOK, CodeFileOK},
		"version 1 with extensions": {ca + hides, trust.StatusUnknown, trust.CodeUndecided},
		"other label":               {ca + certificate(t, "trusted.crt"), trust.StatusUnknown, trust.CodeUndecided},
	} {
		stream := auditCase{mounts: certsMount, volumes: certsVolume,
			objects: document("ConfigMap", "ours", "data", "gitlab.example.com.crt", c.file)}.stream()
		audited, err := Run([]byte(stream), Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		clients := audited[0].Clients()
		if got := clients[1].Verdict; clients[0].Verdict.Status != trust.StatusOK || got.Status != c.status || got.Finding.Code != c.code {
			t.Errorf("%s: runner %s, git %s %+v", name, clients[0].Verdict.Status, got.Status, got.Finding)
		}
	}
}
