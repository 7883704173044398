package probe_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
	"helm-runnertrust/trust/trusttest/golden"
)

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]string{
		"gitlab.test":                "gitlab.test:443 https://gitlab.test",
		"GitLab.Test:8443":           "GitLab.Test:8443 https://GitLab.Test:8443",
		"https://gitlab.test":        "gitlab.test:443 https://gitlab.test",
		"HTTPS://gitlab.test/":       "gitlab.test:443 https://gitlab.test",
		"https://gitlab.test:8443/":  "gitlab.test:8443 https://gitlab.test:8443",
		"gitlab.test:":               "gitlab.test:443 https://gitlab.test",
		"gitlab.test:443":            "gitlab.test:443 https://gitlab.test",
		"192.0.2.1":                  "192.0.2.1:443 https://192.0.2.1",
		"192.0.2.1:8443":             "192.0.2.1:8443 https://192.0.2.1:8443",
		"fd00::1":                    "[fd00::1]:443 https://[fd00::1]",
		"[fd00::1]":                  "[fd00::1]:443 https://[fd00::1]",
		"[fd00::1]:8443":             "[fd00::1]:8443 https://[fd00::1]:8443",
		"https://[fd00::1]/":         "[fd00::1]:443 https://[fd00::1]",
		"gitlab_1.test.":             "gitlab_1.test.:443 https://gitlab_1.test.",
		"localhost":                  "localhost:443 https://localhost",
		"localhost/":                 "localhost:443 https://localhost",
		"https://gitlab.test/group":  "gitlab.test:443 https://gitlab.test",
		"gitlab.test:8443/a/b.git?c": "gitlab.test:8443 https://gitlab.test:8443",
		"gitlab.test#a":              "gitlab.test:443 https://gitlab.test",
		"https://gitlab.test//":      "gitlab.test:443 https://gitlab.test",
	} {
		target, err := probe.ParseTarget(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := target.Address() + " " + target.URL().String(); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	if got := fmt.Sprint(probe.Target{Host: "gitlab.test", Port: "8443"}, probe.Target{Host: "fd00::1", Port: "443"}); got != "gitlab.test:8443 fd00::1" {
		t.Errorf("written as %s", got)
	}
}

func TestParseTargetRefuses(t *testing.T) {
	var text strings.Builder
	for _, input := range []string{
		"", "https://", "git lab.test", "gitlab.test ", "http://gitlab.test", "ssh://gitlab.test", "https://user:word@gitlab.test/",
		"user@gitlab.test", "git@gitlab.test", "git@gitlab.test:8443", "git@gitlab.test:group/project.git",
		"git@gitlab.test:word@real.test", "ssh://git@gitlab.test:2222/group/project.git", "ssh://git:word@gitlab.test/group",
		"token@gitlab.test:group/project.git", "gitlab.test:0",
		"gitlab.test:65536", "gitlab.test:-1", "gitlab.test:https", "gitlab.test:1:2", "fe80::1%eth0",
		"[fd00::1", "[gitlab.test", "a..b", ".test", "-a.test", "g\u00eetlab.test", "gitlab.test\n", strings.Repeat("a.", 130) + "test",
	} {
		target, err := probe.ParseTarget(input)
		if err == nil {
			t.Errorf("%q: got %v", input, target)
			continue
		}
		refusal, ok := errors.AsType[*trust.Error](err)
		if !ok || refusal.Code == "" {
			t.Fatalf("%#v is no complete *trust.Error", err)
		}
		fmt.Fprintf(&text, "%s\n    %s\n", refusal, refusal.Code)
	}
	golden.Compare(t, filepath.Join("testdata", "target.txt"), text.String())
}
