package matrix

import (
	"crypto/x509"
	"os"
	"strings"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
	"helm-runnertrust/trust/trusttest"
)

// chain is a server of three levels that also sends a certificate which has
// nothing to do with it.
type chain struct {
	visit
	leaf, intermediate, root, unrelated *x509.Certificate
}

func startChain(t *testing.T) chain {
	t.Helper()
	root := trusttest.SelfSigned(authority("Root"))
	intermediate := root.Issue(authority("Intermediate"))
	template := authority("")
	template.CA, template.DNSNames = false, []string{trusttest.Host}
	leaf, unrelated := intermediate.Issue(template), trusttest.SelfSigned(authority("Unrelated"))
	c := chain{leaf: leaf.Certificate, intermediate: intermediate.Certificate, root: root.Certificate, unrelated: unrelated.Certificate}
	server := trusttest.StartTLS("127.0.0.1:0", nil, leaf, c.intermediate, c.root, c.unrelated)
	t.Cleanup(server.Close)
	c.visit = newVisit(t, trusttest.Scenario{
		Name: "chain", Host: trusttest.Host, Addr: server.Addr, Port: server.Port(), Root: c.root,
		Sends: []*x509.Certificate{c.leaf, c.intermediate, c.root, c.unrelated},
	})
	return c
}

// pem is the file that fetch has to write.
func (c chain) pem() string { return string(trusttest.PEM(c.intermediate, c.root)) }

func (c chain) fetchWith(t *testing.T, more ...string) outcome {
	t.Helper()
	return runnertrust(t, c.env(), append([]string{"fetch", c.URL()}, c.flags(more...)...)...)
}

func TestFetchWritesOneResult(t *testing.T) {
	c := startChain(t)
	target := c.path("saved/gitlab.crt")
	if got := c.fetchWith(t); got.code != 0 || got.stdout != c.pem() {
		t.Errorf("without --save: %+v", got)
	}
	entries(t, c.path("saved"))
	if got := c.fetchWith(t, "--save", target); got.code != 0 || got.stdout != "" {
		t.Errorf("with --save: %+v", got)
	}
	got := c.fetchWith(t, "--save", target, "-o", "json")
	if decoded := decode[fetchJSON](t, got.stdout); got.code != 0 || got.stderr != "" || decoded.PEM != c.pem() {
		t.Errorf("with --save and -o json: %+v", got)
	}
	if got := string(readFile(t, target)); got != c.pem() {
		t.Errorf("the file is\n%s", got)
	}
	entries(t, c.path("saved"), "gitlab.crt")
}

func TestSaveKeepsAnotherFile(t *testing.T) {
	c := startChain(t)
	target := c.path("saved/gitlab.crt")
	for name, content := range map[string]string{
		"other content":  "something else\n",
		"empty":          "",
		"the root alone": string(trusttest.PEM(c.root)),
		"with a comment": c.pem() + "# ours\n",
	} {
		t.Run(name, func(t *testing.T) {
			writeFile(t, target, []byte(content))
			for _, more := range [][]string{nil, {"-o", "json"}} {
				got := c.fetchWith(t, append(more, "--save", target)...)
				if more == nil {
					got.stderr = behindReport(got.stderr)
				}
				refused(t, got, target, "other content")
				if !strings.Contains(got.stderr, "--force") {
					t.Errorf("no word of --force: %s", got.stderr)
				}
			}
			if got := string(readFile(t, target)); got != content {
				t.Errorf("the file became %q", got)
			}
			if got := c.fetchWith(t, "--save", target, "--force"); got.code != 0 {
				t.Errorf("--force: %+v", got)
			}
			for range 2 { // the same content is no other file
				if got := c.fetchWith(t, "--save", target); got.code != 0 || string(readFile(t, target)) != c.pem() {
					t.Errorf("again: %+v", got)
				}
			}
			entries(t, c.path("saved"), "gitlab.crt")
		})
	}
}

func TestSaveWhereNoFileCanBe(t *testing.T) {
	c := startChain(t)
	writeFile(t, c.path("saved/file"), []byte("content\n"))
	if err := os.Mkdir(c.path("saved/folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"a missing folder": "saved/missing/gitlab.crt",
		"below a file":     "saved/file/gitlab.crt",
		"a folder":         "saved/folder",
	} {
		t.Run(name, func(t *testing.T) {
			for _, more := range [][]string{nil, {"--force"}, {"-o", "json"}} {
				got := c.fetchWith(t, append(more, "--save", c.path(target))...)
				got.stderr = behindReport(got.stderr)
				refused(t, got, "", c.path(target))
			}
			entries(t, c.path("saved"), "file", "folder")
			entries(t, c.path("saved/folder"))
			if got := string(readFile(t, c.path("saved/file"))); got != "content\n" {
				t.Errorf("the file became %q", got)
			}
		})
	}
}

// spellings of a fingerprint, as people copy them.
func spellings(c *x509.Certificate) map[string]string {
	prefixed := trust.Fingerprint(c)
	plain := strings.TrimPrefix(prefixed, "sha256:")
	var pairs []string
	for i := 0; i < len(plain); i += 2 {
		pairs = append(pairs, strings.ToUpper(plain[i:i+2]))
	}
	colons := strings.Join(pairs, ":")
	return map[string]string{
		"sha256:": prefixed, "plain": plain, "upper case": strings.ToUpper(plain), "SHA256: in upper case": strings.ToUpper(prefixed),
		"colons": colons, "sha256: and colons": "sha256:" + colons, "openssl's": "SHA256 Fingerprint=" + colons,
	}
}

func TestFingerprintOfTheChain(t *testing.T) {
	c := startChain(t)
	target := c.path("saved/gitlab.crt")
	for _, cert := range []*x509.Certificate{c.leaf, c.intermediate, c.root} {
		for spelling, fingerprint := range spellings(cert) {
			t.Run(shortName(cert)+"/"+spelling, func(t *testing.T) {
				got := c.fetchWith(t, "--save", target, "--fingerprint", fingerprint)
				if got.code != 0 || string(readFile(t, target)) != c.pem() || strings.Contains(got.stderr, "unverified") {
					t.Errorf("%+v", got)
				}
				if err := os.Remove(target); err != nil {
					t.Fatal(err)
				}
				json := c.fetchWith(t, "-o", "json", "--fingerprint", fingerprint)
				if json.code != 0 || !decode[fetchJSON](t, json.stdout).FingerprintVerified {
					t.Errorf("-o json: %+v", json)
				}
			})
		}
	}
}

func TestOtherFingerprintsAreRefused(t *testing.T) {
	c := startChain(t)
	right := trust.Fingerprint(c.leaf)
	stranger := trust.Fingerprint(trusttest.SelfSigned(authority("Root")).Certificate)
	for name, bad := range map[string]struct{ fingerprint, place, says string }{
		"another certificate":      {stranger, c.Host + ":" + c.Port, "no certificate of the chain"},
		"sent beside the chain":    {trust.Fingerprint(c.unrelated), c.Host + ":" + c.Port, "no certificate of the chain"},
		"SHA-1":                    {strings.Repeat("ab", 20), `"abab`, "64 hex digits"},
		"cut off":                  {right[:len(right)-2], `"sha256:`, "64 hex digits"},
		"nothing":                  {"", `""`, "64 hex digits"},
		"no fingerprint":           {"gitlab", `"gitlab"`, "64 hex digits"},
		"the prefix and no digits": {"sha256:", `"sha256:"`, "64 hex digits"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, more := range [][]string{nil, {"-o", "json"}, {"--save", c.path("saved/gitlab.crt")}, {"--save", c.path("saved/gitlab.crt"), "--force"}} {
				refused(t, c.fetchWith(t, append(more, "--fingerprint", bad.fingerprint)...), bad.place, bad.says)
			}
			entries(t, c.path("saved"))
		})
	}
}

// TestClientsNeedTheFile shows that the clients of the matrix connect because
// of the file: without it, and with the file of another CA, none of them does.
func TestClientsNeedTheFile(t *testing.T) {
	c := startChain(t)
	right, wrong := c.path("right.crt"), c.path("wrong.crt")
	writeFile(t, right, []byte(c.pem()))
	writeFile(t, wrong, trusttest.PEM(trusttest.SelfSigned(authority("Root")).Certificate))
	for name, run := range map[string]struct {
		file      string
		connected bool
	}{"the chain": {right, true}, "another CA": {wrong, false}, "no file": {"", false}} {
		t.Run(name, func(t *testing.T) {
			var content []byte
			if run.file != "" {
				content = readFile(t, run.file)
			}
			for client, err := range map[string]error{"runner": c.runner(content), "git": c.git(t, run.file), "curl": c.curl(t, run.file)} {
				if (err == nil) != run.connected {
					t.Errorf("%s: %v", client, err)
				}
			}
		})
	}
}

// TestThisMachinesStoreIsNotTheRunners has an administrator install the server's CA on the machine that
// runs the program. No image knows it.
func TestThisMachinesStoreIsNotTheRunners(t *testing.T) {
	c := startChain(t)
	writeFile(t, c.path("public.pem"), trusttest.PEM(c.root)) // which SSL_CERT_FILE names
	got := runnertrust(t, c.env(), append([]string{"verify", c.URL()}, c.flags("-o", "json")...)...)
	verified := decode[verifyJSON](t, got.stdout)
	if got.code != 1 || verified.OK {
		t.Errorf("exit code %d: %s", got.code, got.stdout)
	}
	for _, verdict := range []verdictJSON{verified.Runner, verified.Git} {
		if verdict.Status != string(trust.StatusFailed) || verdict.Finding.Code != string(probe.CodeTrustedHere) {
			t.Errorf("%+v", verdict)
		}
	}
}
