//go:build unix

package cli

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/fixtures"
	"helm-runnertrust/trust/trusttest"
)

// atLoopback starts a server whose certificate for 127.0.0.1 is this CA's.
func atLoopback(t *testing.T, root *trusttest.Identity) (address string) {
	t.Helper()
	leaf := root.Issue(trusttest.Template{IPs: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: fixturesNow.Add(-time.Hour), NotAfter: fixturesNow.AddDate(1, 0, 0)})
	server := trusttest.StartTLS("127.0.0.1:0", nil, leaf, root.Certificate)
	t.Cleanup(server.Close)
	return server.Addr
}

// withoutTLS starts a server without TLS.
func withoutTLS(t *testing.T, handler http.Handler) (url string) {
	t.Helper()
	server := trusttest.StartHTTP(handler)
	t.Cleanup(server.Close)
	return "http://" + server.Addr
}

// TestVerifyClients has the verdict on each client of a runner, by its own server and what it trusts there.
func TestVerifyClients(t *testing.T) {
	ours := privateRoot()
	others := trusttest.SelfSigned(trusttest.Template{CommonName: "Another Root", CA: true, NotBefore: fixturesNow.Add(-time.Hour), NotAfter: fixturesNow.AddDate(10, 0, 0)})
	gitlab, elsewhere := atLoopback(t, ours), atLoopback(t, others)
	leads := withoutTLS(t, http.RedirectHandler("https://"+gitlab+"/users/sign_in", http.StatusMovedPermanently))
	stays := withoutTLS(t, http.NotFoundHandler())
	file := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(file, trusttest.PEM(ours.Certificate), 0o600); err != nil {
		t.Fatal(err)
	}
	cache := func(address string) string {
		return "      [runners.cache]\n        Type = \"s3\"\n        [runners.cache.s3]\n          ServerAddress = \"" + address + "\"\n"
	}
	const setting, httpSetting = "      clone_url = \"https://%s\"\n", "      clone_url = \"%s\"\n"
	for name, c := range map[string]struct {
		url, before, after string // the settings in front of [runners.kubernetes], and behind it
		args               []string
		code               int
		want               string // of the clients
	}{
		"no cache":                            {"https://" + gitlab, "", "", nil, exitDone, "runner ok trusted, git ok trusted"},
		"cache":                               {"https://" + gitlab, "", cache(gitlab), nil, exitError, "runner ok trusted, git ok trusted, cache failed cache-untrusted"},
		"cache with jobs":                     {"https://" + gitlab, "", cache(gitlab), []string{"--jobs"}, exitDone, "runner ok trusted, git ok trusted, cache ok trusted"},
		"cache of another":                    {"https://" + gitlab, "", cache(elsewhere), []string{"--jobs"}, exitError, "runner ok trusted, git ok trusted, cache failed cache-untrusted"},
		"cache unreached":                     {"https://" + gitlab, "", cache("127.0.0.1:1"), nil, exitDone, "runner ok trusted, git ok trusted, cache unknown cache-unknown"},
		"helper's image":                      {"https://" + gitlab, "", "        helper_image = \"helper:1\"\n" + cache(gitlab), nil, exitDone, "runner ok trusted, git ok trusted, cache unknown store-unknown"},
		"environment":                         {"https://" + gitlab, "      environment = [\"SSL_CERT_FILE=/x\"]\n", cache(gitlab), nil, exitDone, "runner ok trusted, git ok trusted, cache unknown store-unknown"},
		"clone_url":                           {"https://" + gitlab, fmt.Sprintf(setting, elsewhere), "", nil, exitError, "runner ok trusted, git failed unknown-authority"},
		"clone_url by http, leads":            {"https://" + gitlab, fmt.Sprintf(httpSetting, leads), "", nil, exitDone, "runner ok trusted, git ok trusted"},
		"clone_url by http, leads to another": {"https://" + gitlab, fmt.Sprintf(httpSetting, withoutTLS(t, http.RedirectHandler("https://"+elsewhere, http.StatusFound))), "", nil, exitError, "runner ok trusted, git failed unknown-authority"},
		"clone_url by http, stays":            {"https://" + gitlab, fmt.Sprintf(httpSetting, stays), "", nil, exitDone, "runner ok trusted, git ok plain-http"},
		"clone_url by http, unreached":        {"https://" + gitlab, fmt.Sprintf(httpSetting, "http://127.0.0.1:1"), "", nil, exitUnknown, "runner ok trusted, git unknown refused"},
		"clone_url is no URL":                 {"https://" + gitlab, fmt.Sprintf(httpSetting, "gitlab"), "", nil, exitUnknown, "runner ok trusted, git unknown clone-host"},
		"http, leads":                         {leads, "", "", nil, exitDone, "runner ok trusted, git ok trusted"},
		"http, stays":                         {stays, "", "", nil, exitUnknown, "runner ok plain-http, git unknown plain-http"},
		"http, clone_url":                     {stays, fmt.Sprintf(setting, elsewhere), "", nil, exitError, "runner ok plain-http, git failed unknown-authority"},
		"http, unreached":                     {"http://127.0.0.1:1", "", "", nil, exitUnknown, "runner unknown refused, git unknown refused"},
	} {
		t.Run(name, func(t *testing.T) {
			stream := strings.Replace(fixtures.Input(t, "accept/current"), "https://gitlab.example.com", c.url, 1)
			stream = strings.Replace(stream, "      [runners.kubernetes]\n", c.before+"      [runners.kubernetes]\n", 1)
			stream = strings.Replace(stream, "        image = \"debian:stable-slim\"\n", "        image = \"debian:stable-slim\"\n"+c.after, 1)
			filtered, stderr, code := call(t, stream, nil, append(c.args, "--cert", file)...)
			if code != exitDone {
				t.Fatal(stderr)
			}
			stdout, stderr, code := call(t, filtered, nil, "verify", "--online", "-o", "json")
			var result auditResult
			if err := json.Unmarshal([]byte(stdout), &result); err != nil || len(result.Runners) != 1 {
				t.Fatalf("%v: %s%s", err, stdout, stderr)
			}
			var got []string
			for _, client := range result.Runners[0].Clients {
				got = append(got, fmt.Sprintf("%s %s %s", client.Client, client.Status, client.Finding.Code))
			}
			if strings.Join(got, ", ") != c.want || code != c.code || result.OK != (code == exitDone) {
				t.Errorf("exit code %d, %s\n%s%s", code, strings.Join(got, ", "), stdout, stderr)
			}
		})
	}
}

// TestVerifyHanded has git in the jobs of a runner without a file, which trusts both CAs by its own store: git has the
// chain of the runner's connection alone, and after one by http what is in the helper's image.
func TestVerifyHanded(t *testing.T) {
	ours := privateRoot()
	others := trusttest.SelfSigned(trusttest.Template{CommonName: "Another Root", CA: true, NotBefore: fixturesNow.Add(-time.Hour), NotAfter: fixturesNow.AddDate(10, 0, 0)})
	gitlab, beside, elsewhere := atLoopback(t, ours), atLoopback(t, ours), atLoopback(t, others)
	leads, stays := withoutTLS(t, http.RedirectHandler("https://"+gitlab, http.StatusFound)), withoutTLS(t, http.NotFoundHandler())
	object := "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: both, namespace: ci}\ndata:\n  ca.crt: |\n    " +
		strings.ReplaceAll(strings.TrimSpace(string(trusttest.PEM(ours.Certificate, others.Certificate))), "\n", "\n    ") + "\n"
	for name, c := range map[string]struct{ url, clone, image, want string }{
		"same server":       {"https://" + gitlab, "", "", "runner ok trusted, git ok trusted"},
		"same CA":           {"https://" + gitlab, "https://" + beside, "", "runner ok trusted, git ok trusted"},
		"another CA":        {"https://" + gitlab, "https://" + elsewhere, "", "runner ok trusted, git failed unknown-authority"},
		"by http":           {"https://" + gitlab, leads, "", "runner ok trusted, git ok trusted"},
		"another image":     {"https://" + gitlab, "https://" + beside, "runner:1", "runner ok trusted, git unknown clone-host"},
		"runner refused":    {"https://127.0.0.1:1", "https://" + beside, "", "runner failed refused, git unknown clone-host"},
		"http, leads":       {leads, "", "", "runner ok trusted, git unknown store-unknown"},
		"http, leads there": {leads, "https://" + gitlab, "", "runner ok trusted, git unknown clone-host"},
		"http, stays":       {stays, "https://" + elsewhere, "", "runner ok plain-http, git unknown store-unknown"},
	} {
		stream := strings.Replace(fixtures.Input(t, "accept/current"), "https://gitlab.example.com", c.url, 1) + object
		stream = strings.Replace(stream, "        volumeMounts:\n", "        volumeMounts:\n        - {name: store, mountPath: /etc/ssl/certs}\n", 1)
		stream = strings.Replace(stream, "      volumes:\n", "      volumes:\n      - {name: store, configMap: {name: both}}\n", 1)
		if c.clone != "" {
			stream = strings.Replace(stream, "      [runners.kubernetes]\n", "      clone_url = \""+c.clone+"\"\n      [runners.kubernetes]\n", 1)
		}
		if c.image != "" {
			stream = strings.Replace(stream, "gitlab-runner:alpine-v18.9.0", c.image, 1)
		}
		stdout, stderr, _ := call(t, stream, nil, "verify", "--online", "-o", "json")
		var result auditResult
		if err := json.Unmarshal([]byte(stdout), &result); err != nil || len(result.Runners) != 1 {
			t.Fatalf("%s: %v: %s%s", name, err, stdout, stderr)
		}
		var got []string
		for _, client := range result.Runners[0].Clients {
			got = append(got, fmt.Sprintf("%s %s %s", client.Client, client.Status, client.Finding.Code))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %s\n%s", name, strings.Join(got, ", "), stdout)
		}
	}
}
