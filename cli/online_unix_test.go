//go:build unix

package cli

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/fixtures"
	"helm-runnertrust/trust/trusttest"
)

// runnerAt is a patched runner whose server has this port, and whose pod knows it by these
// addresses.
func runnerAt(t *testing.T, saved, name, port string, addresses ...string) string {
	t.Helper()
	patched, stderr, code := call(t, fixtures.Input(t, "accept/current"), nil, "--cert", saved)
	if code != exitDone {
		t.Fatal(stderr)
	}
	aliases := "      hostAliases:\n"
	for _, address := range addresses {
		aliases += "      - ip: " + address + "\n        hostnames: [other.example.com, GitLab.example.com]\n"
	}
	for old, with := range map[string]string{
		`"https://gitlab.example.com"`: `"https://` + host + ":" + port + `"`,
		"      containers:\n":          aliases + "      containers:\n",
		"ci-gitlab-runner":             name,
	} {
		if !strings.Contains(patched, old) {
			t.Fatalf("no %q in %s", old, patched)
		}
		patched = strings.ReplaceAll(patched, old, with)
	}
	return patched
}

// TestVerifyOnlineHostAliases connects where the pod would, names the address, and goes on to the
// next runner after one that cannot be reached.
func TestVerifyOnlineHostAliases(t *testing.T) {
	address, _ := newServer(t)
	ip, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(t.TempDir(), "gitlab.crt")
	if _, stderr, code := call(t, "", nil, "fetch", host, "--connect", address, "--save", saved); code != exitDone {
		t.Fatal(stderr)
	}
	stream := runnerAt(t, saved, "refused", "1", ip) + "---\n" + runnerAt(t, saved, "one", port, ip) +
		"---\n" + runnerAt(t, saved, "second", port, "127.0.0.2", ip) + "---\n" + runnerAt(t, saved, "odd", "0", ip)
	stdout, stderr, code := call(t, stream, nil, "verify", "--online", "-o", "json")
	var result auditResult
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatalf("%v: %s%s", err, stdout, stderr)
	}
	if code != exitError || result.OK || len(result.Runners) != 4 || !strings.Contains(stderr, "1 of 4 runners failed, 1 cannot be judged") {
		t.Fatalf("exit code %d, %s%s", code, stdout, stderr)
	}
	for i, want := range []struct{ status, code, dialed string }{
		{"failed", "refused", "127.0.0.1:1"},
		{"ok", "trusted", address},
		{"ok", "trusted", address},
		{"unknown", "bad-port", ""},
	} {
		got := result.Runners[i]
		if string(got.Status) != want.status || string(got.Finding.Code) != want.code {
			t.Errorf("%s: %s, %+v", got.Deployment, got.Status, got.Finding)
		}
		for _, client := range got.Clients {
			if client.Dialed != want.dialed {
				t.Errorf("%s, %s: dialed %q", got.Deployment, client.Client, client.Dialed)
			}
		}
	}
	if stdout, _, _ := call(t, stream, nil, "verify", "--online"); !strings.Contains(stdout, "    dialed "+address+"\n") {
		t.Errorf("the address is not named:\n%s", stdout)
	}
}

// TestVerifyOnlineIngress judges a Secret that an Ingress of the manifests serves by what the server
// sends, and leaves one that nobody serves unknown.
func TestVerifyOnlineIngress(t *testing.T) {
	address, _ := newServer(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	stream := strings.ReplaceAll(fixtures.Output(t, "accept/ingress"), "https://gitlab.example.com", "https://"+host+":"+port)
	stdout, stderr, code := call(t, stream, nil, "verify", "--online", "--connect", address, "-o", "json")
	var result auditResult
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatalf("%v: %s%s", err, stdout, stderr)
	}
	if code != exitDone || !result.OK || result.Runners[0].ServedBy != "Ingress/web" || len(result.Runners[0].Certificates) == 0 {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
	unserved := strings.ReplaceAll(stream, "kind: Ingress", "kind: Other")
	stdout, stderr, code = call(t, unserved, nil, "verify", "--online", "--connect", address)
	if code != exitUnknown || !strings.Contains(stderr, "1 of 1 runners cannot be judged") {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
}

// TestVerifyUnknown is a file that git with OpenSSL takes, and git with GnuTLS does not: the leaf
// alone, of a server that sends its issuer too.
func TestVerifyUnknown(t *testing.T) {
	root := privateRoot()
	template := trusttest.Template{CommonName: "Issuing CA", CA: true, NotBefore: fixturesNow.Add(-time.Hour), NotAfter: fixturesNow.AddDate(1, 0, 0)}
	issuing := root.Issue(template)
	template.CommonName, template.CA, template.DNSNames = host, false, []string{host}
	leaf := issuing.Issue(template)
	server := trusttest.StartTLS("127.0.0.1:0", nil, leaf, issuing.Certificate)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "leaf.crt")
	if err := os.WriteFile(file, trusttest.PEM(leaf.Certificate), 0o600); err != nil {
		t.Fatal(err)
	}
	patched, stderr, code := call(t, fixtures.Input(t, "accept/current"), nil, "--cert", file)
	if code != exitDone {
		t.Fatal(stderr)
	}
	for stdin, args := range map[string][]string{
		"":      {"verify", host, "--connect", server.Addr, "--cert", file},
		patched: {"verify", "--online", "--connect", server.Addr},
	} {
		if stdout, stderr, code := call(t, stdin, nil, args...); code != exitUnknown || !strings.Contains(stdout, "unknown") || !strings.Contains(stderr, "--allow-unknown") {
			t.Errorf("%q: exit code %d, %s%s", args, code, stdout, stderr)
		}
		stdout, stderr, code := call(t, stdin, nil, append(args, "--allow-unknown", "-o", "json")...)
		if code != exitDone || stderr != "" || !strings.Contains(stdout, `"status": "unknown"`) || !strings.Contains(stdout, `"code": "git-stricter"`) {
			t.Errorf("%q: exit code %d, %s%s", args, code, stdout, stderr)
		}
	}
}

// TestVerifyStore has runners without a file, by what they trust instead: the server's CA where the
// manifests put it, what nobody knows, or Mozilla's list.
func TestVerifyStore(t *testing.T) {
	address, root := newServer(t)
	stream := fixtures.Input(t, "accept/current")
	const mounts, image = "        volumeMounts:\n", "gitlab-runner:alpine-v18.9.0"
	store := func(mountPath, volume string) string {
		changed := strings.Replace(stream, mounts, mounts+"        - {name: store, mountPath: "+mountPath+"}\n", 1)
		return strings.Replace(changed, "      volumes:\n", "      volumes:\n      - {name: store, "+volume+"}\n", 1)
	}
	object := "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ours, namespace: ci}\ndata:\n  ca.crt: |\n    " +
		strings.ReplaceAll(strings.TrimSpace(string(trusttest.PEM(root.Certificate))), "\n", "\n    ") + "\n"
	otherFile := func(stream string) string { // a folder of files, none of which is GitLab's
		changed := strings.Replace(stream, mounts, mounts+"        - {name: certs, mountPath: /home/gitlab-runner/.gitlab-runner/certs}\n", 1)
		return strings.Replace(changed, "      volumes:\n", "      volumes:\n      - {name: certs, configMap: {name: ours}}\n", 1) + object
	}
	file := func(volume string) string {
		changed := strings.Replace(stream, mounts, mounts+"        - {name: certs, mountPath: /home/gitlab-runner/.gitlab-runner/certs}\n", 1)
		return strings.Replace(changed, "      volumes:\n", "      volumes:\n      - {name: "+volume+", configMap: {name: ours, items: [{key: ca.crt, path: "+host+".crt}]}}\n", 1) + object
	}
	elsewhere := regexp.MustCompile(`(?m)^        command: .*$`).ReplaceAllString(file("certs"), "        command: [env, HOME=/x, /entrypoint]")
	for name, c := range map[string]struct{ stream, status, code string }{
		"a file":                            {file("certs"), "ok", "trusted"},
		"no volume":                         {file("other"), "failed", "pod-never-starts"},
		"another home":                      {elsewhere, "unknown", "content-unknown"},
		"no file of its own, and Mozilla":   {otherFile(stream), "failed", "file-missing"},
		"no file of its own, and manifests": {otherFile(store("/etc/ssl/certs", "configMap: {name: ours}")), "ok", "trusted"},
		"Mozilla":                           {stream, "failed", "unknown-authority"},
		"manifests":                         {store("/etc/ssl/certs", "configMap: {name: ours}") + object, "ok", "trusted"},
		"node":                              {store("/etc/ssl/certs", "hostPath: {path: /etc/ssl/certs}"), "unknown", "store-unknown"},
		"image":                             {strings.Replace(stream, image, "runner:1", 1), "unknown", "store-unknown"},
		"proxy":                             {strings.Replace(stream, "        env:        \n", "        env:\n        - {name: HTTPS_PROXY, value: 'http://proxy.example.com:3128'}\n", 1), "failed", "runner-proxied"},
	} {
		stdout, stderr, code := call(t, c.stream, nil, "verify", "--online", "--expires-within", "1d", "--connect", address, "-o", "json")
		if (code == exitDone) != (c.status == "ok") || !strings.Contains(stdout, `"status": "`+c.status+`"`) || !strings.Contains(stdout, `"code": "`+c.code+`"`) {
			t.Errorf("%s: exit code %d, %s%s", name, code, stdout, stderr)
		}
	}
}
