package trust_test

import (
	"fmt"
	"strings"
	"testing"

	"helm-runnertrust/trust"
)

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]string{
		"gitlab.test":               "gitlab.test:443 https://gitlab.test",
		"GitLab.Test:8443":          "GitLab.Test:8443 https://GitLab.Test:8443",
		"https://gitlab.test":       "gitlab.test:443 https://gitlab.test",
		"HTTPS://gitlab.test/":      "gitlab.test:443 https://gitlab.test",
		"https://gitlab.test:8443/": "gitlab.test:8443 https://gitlab.test:8443",
		"gitlab.test:443":           "gitlab.test:443 https://gitlab.test",
		"192.0.2.1":                 "192.0.2.1:443 https://192.0.2.1",
		"192.0.2.1:8443":            "192.0.2.1:8443 https://192.0.2.1:8443",
		"fd00::1":                   "[fd00::1]:443 https://[fd00::1]",
		"[fd00::1]":                 "[fd00::1]:443 https://[fd00::1]",
		"[fd00::1]:8443":            "[fd00::1]:8443 https://[fd00::1]:8443",
		"https://[fd00::1]/":        "[fd00::1]:443 https://[fd00::1]",
		"gitlab_1.test.":            "gitlab_1.test.:443 https://gitlab_1.test.",
		"localhost":                 "localhost:443 https://localhost",
		"localhost/":                "localhost:443 https://localhost",
	} {
		target, err := trust.ParseTarget(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := target.Address() + " " + target.URL().String(); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestParseTargetRefuses(t *testing.T) {
	var text strings.Builder
	for _, input := range []string{
		"", "https://", "git lab.test", "gitlab.test ", "http://gitlab.test", "ssh://gitlab.test", "https://user:word@gitlab.test/",
		"user@gitlab.test", "https://gitlab.test/group", "https://gitlab.test//", "gitlab.test?a", "gitlab.test#a", "gitlab.test:0",
		"gitlab.test:65536", "gitlab.test:", "gitlab.test:-1", "gitlab.test:https", "gitlab.test:1:2", "fe80::1%eth0",
		"[fd00::1", "[gitlab.test", "a..b", ".test", "-a.test", "g\u00eetlab.test", "gitlab.test\n", strings.Repeat("a.", 130) + "test",
	} {
		target, err := trust.ParseTarget(input)
		if err == nil {
			t.Errorf("%q: got %v", input, target)
			continue
		}
		text.WriteString(showAll(t, err))
	}
	golden(t, "target.txt", text.String())
}

func TestParseFingerprint(t *testing.T) {
	hex := strings.Repeat("0aBc", 16)
	var colons []string
	for i := 0; i < len(hex); i += 2 {
		colons = append(colons, hex[i:i+2])
	}
	want := "sha256:" + strings.ToLower(hex)
	for _, text := range []string{hex, want, "SHA256:" + hex, strings.Join(colons, ":"), "sha256:" + strings.Join(colons, ":"), "sha256 Fingerprint=" + strings.Join(colons, ":"), " " + hex + "\n"} {
		if got, err := trust.ParseFingerprint(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"":                                     `"": not a SHA-256 fingerprint of 64 hex digits`,
		hex[1:]:                                fmt.Sprintf("%q: not a SHA-256 fingerprint of 64 hex digits", hex[1:]),
		"sha256:" + hex + "00":                 fmt.Sprintf("%q: not a SHA-256 fingerprint of 64 hex digits", "sha256:"+hex+"00"),
		"0x" + hex[2:]:                         fmt.Sprintf("%q: not a SHA-256 fingerprint of 64 hex digits", "0x"+hex[2:]),
		hex[:40]:                               fmt.Sprintf("%q: this is a SHA-1 fingerprint", hex[:40]),
		strings.Replace(hex, "0", "\u0660", 1): fmt.Sprintf("%q: not a SHA-256 fingerprint of 64 hex digits", strings.Replace(hex, "0", "\u0660", 1)),
	} {
		if got, err := trust.ParseFingerprint(text); err == nil || err.Error() != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
