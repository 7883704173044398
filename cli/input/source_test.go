package input

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
	"helm-runnertrust/trust/trusttest/golden"
)

// now is the time of the tests.
var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// layOut lays out one certificate under many names and makes their folder the current one.
func layOut(t *testing.T) []byte {
	t.Chdir(t.TempDir())
	content := trusttest.PEM(trusttest.SelfSigned(trusttest.Template{DNSNames: []string{"gitlab.test"}, NotBefore: now, NotAfter: now.AddDate(1, 0, 0)}).Certificate)
	for _, name := range []string{"gitlab.crt", "a=b.crt", "folder/b.test.crt", "folder/A.test.crt", "folder/readme.txt", "folder/.crt", "folder/..crt/x", "folder/sub.crt/x", "bad/good.crt"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"empty.crt": "", "large.crt": strings.Repeat("#", 10<<20), "bad/one.crt": "", "bad/two.crt": "<html>"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"nothing", "nothing/dir"} {
		if err := os.MkdirAll(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join("..", "gitlab.crt"), "folder/linked.test.crt"); err != nil {
		t.Fatal(err)
	}
	return content
}

func TestLoad(t *testing.T) {
	content := layOut(t)
	folder := "A.test,true b.test,true linked.test,true "
	for arg, want := range map[string]string{
		"gitlab.crt":                        ",false ",
		"gitlab.test=gitlab.crt":            "gitlab.test,false ",
		"GitLab.Test:8443=gitlab.crt":       "GitLab.Test,false ",
		"192.0.2.1=./gitlab.crt":            "192.0.2.1,false ",
		"[fd00::1]=gitlab.crt":              "fd00::1,false ",
		"[fd00::1]:8443=gitlab.crt":         "fd00::1,false ",
		"./a=b.crt":                         ",false ",
		"gitlab.test=a=b.crt":               "gitlab.test,false ",
		"folder":                            folder,
		"folder/":                           folder,
		"folder/../folder/linked.test.crt":  ",false ",
		"gitlab.test=folder/b.test.crt":     "gitlab.test,false ",
		"gitlab_1-x.test=folder/b.test.crt": "gitlab_1-x.test,false ",
	} {
		sources, err := Load(arg)
		if err != nil {
			t.Errorf("%s: %v", arg, err)
			continue
		}
		got := ""
		for _, s := range sources {
			got += fmt.Sprintf("%s,%v ", s.Host, s.FromFolder)
			if string(s.Bundle.PEM()) != string(content) {
				t.Errorf("%s: another certificate", arg)
			}
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", arg, got, want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	expected, err := filepath.Abs(filepath.Join("testdata", "load.txt"))
	if err != nil {
		t.Fatal(err)
	}
	layOut(t)
	if err := os.WriteFile("secret.crt", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, arg := range []string{
		"", "missing.crt", "gitlab.test=missing.crt", "gitlab.test=", "a=b.crt", "git lab=gitlab.crt",
		"gitlab.test:0=gitlab.crt", "gitlab.test:65536=gitlab.crt", "gitlab.test:=gitlab.crt", "[fd00::1]:=gitlab.crt",
		"empty.crt", "large.crt", "nothing", "bad", "gitlab.test=folder", "gitlab.crt/x",
	} {
		sources, err := Load(arg)
		if err == nil {
			t.Errorf("%q: got %v", arg, sources)
			continue
		}
		fmt.Fprintf(&text, "%q\n", arg)
		for _, one := range trust.Errors(err) {
			m := advice.Explain(one, "")
			fmt.Fprintf(&text, "runnertrust: error: %s\n", m.Message)
			if m.Hint != "" {
				fmt.Fprintf(&text, "runnertrust: hint: %s\n", m.Hint)
			}
		}
	}
	golden.Compare(t, expected, text.String())
}

func TestLoadText(t *testing.T) {
	content := string(layOut(t))
	for _, value := range []string{content, "text\n" + content, "gitlab.crt", " gitlab.crt\n"} {
		sources, err := LoadText("RUNNERTRUST_CERT", value)
		if err != nil || len(sources) != 1 || string(sources[0].Bundle.PEM()) != content {
			t.Errorf("%.20q: %v, %v", value, sources, err)
		}
	}
	sources, err := LoadText("RUNNERTRUST_CERT", "gitlab.test=gitlab.crt")
	if err != nil || sources[0].Host != "gitlab.test" || sources[0].Bundle.Origin() != "gitlab.crt" {
		t.Errorf("%v, %v", sources, err)
	}
	const nowhere = "RUNNERTRUST_CERT: its value is neither PEM text nor a path that exists"
	for value, want := range map[string]string{
		"":                             nowhere,
		"<html>\n":                     nowhere,
		"MIGHAgEAMBMGByqGSM49AgEGCCqG": nowhere,
		"LS0tLS1CRUdJTiBQUklWQVRFIA==": nowhere,
		"<html>\n</html>":              "RUNNERTRUST_CERT: no certificate in it",
		"-----BEGIN CERTIFICATE-----":  "RUNNERTRUST_CERT:1: BEGIN CERTIFICATE without its END line: the block is truncated",
		"-----BEGIN PRIVATE KEY-----x": "RUNNERTRUST_CERT:1: a private key",
	} {
		if _, err := LoadText("RUNNERTRUST_CERT", value); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", value, err, want)
		}
	}
}
