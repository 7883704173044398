package gitlabrunner_test

import (
	"strings"
	"testing"

	"helm-runnertrust/gitlabrunner"
)

func TestParseServer(t *testing.T) {
	for raw, want := range map[string]gitlabrunner.Server{
		"https://gitlab.test":              {URL: "https://gitlab.test", Name: "gitlab.test", CertFile: "gitlab.test.crt", Address: "gitlab.test"},
		"https://GitLab.test:8443/group":   {URL: "https://GitLab.test:8443/group", Name: "GitLab.test", CertFile: "GitLab.test.crt", Address: "GitLab.test:8443"},
		"http://gitlab.test":               {URL: "http://gitlab.test", Name: "gitlab.test", CertFile: "gitlab.test.crt", Plain: true, Address: "gitlab.test"},
		"https://[fd00::1]:8443/":          {URL: "https://[fd00::1]:8443/", Name: "fd00::1", CertFile: "[fd00.crt", Address: "[fd00::1]:8443"},
		"https://gitlab.test:443":          {URL: "https://gitlab.test:443", Name: "gitlab.test", CertFile: "gitlab.test.crt", Address: "gitlab.test"},
		"http://gitlab.test:8080":          {URL: "http://gitlab.test:8080", Name: "gitlab.test", CertFile: "gitlab.test.crt", Plain: true, Address: "gitlab.test"},
		"https://user:word@gitlab.test:1/": {URL: "https://gitlab.test:1/", Name: "gitlab.test", CertFile: "gitlab.test.crt", Address: "gitlab.test:1"},
		"https://gitläb.test:8443/":        {URL: "https://gitl%C3%A4b.test:8443/", Name: "xn--gitlb-jra.test", CertFile: "gitläb.test.crt", Address: "xn--gitlb-jra.test:8443"},
		"https://GITLÄB.test":              {URL: "https://GITL%C3%84B.test", Name: "xn--gitlb-jra.test", CertFile: "GITLÄB.test.crt", Address: "xn--gitlb-jra.test"},
		"https://gitl%C3%A4b.test":         {URL: "https://gitl%C3%A4b.test", Name: "xn--gitlb-jra.test", CertFile: "gitläb.test.crt", Address: "xn--gitlb-jra.test"},
		"https://git_läb.test":             {URL: "https://git_l%C3%A4b.test", Name: "git_läb.test", CertFile: "git_läb.test.crt", Address: "git_läb.test"}, // no punycode
	} {
		if got, err := gitlabrunner.ParseServer(raw); err != nil || got != want {
			t.Errorf("%s: %+v, %v", raw, got, err)
		}
	}
	for _, raw := range []string{"", "gitlab.test", "ftp://gitlab.test", "https://", "https://a b", "https:///group", "https://./", "ssh://u:sesame@h",
		"oauth2:sesame@h", "https:oauth2:sesame@h", "https://oauth2:sesame#x@h", "https://oauth2:sesame/x@h", "https://oauth2:1/sesame@h",
		"https://u:sesame%40h", "https://u:sesame", "https://u:sesame x@h", "https://[fe80::1%25eth0]", "https://gitlab.test/?a=b", "https://gitlab.test#a", "https://gitlab.test/?", "https://gitlab.test/#", "https://gitlab.test:99999"} {
		if got, err := gitlabrunner.ParseServer(raw); err == nil || strings.Contains(err.Error(), "sesame") {
			t.Errorf("%q: got %+v", raw, got)
		}
	}
	for host, file := range map[string]string{"gitlab.test": "gitlab.test.crt", "fd00::1": "[fd00.crt"} {
		if got := gitlabrunner.ForHost(host); got.Name != host || got.CertFile != file {
			t.Errorf("%s: %+v", host, got)
		}
	}
}

func TestCertsDir(t *testing.T) {
	for _, test := range []struct {
		uid        int64
		home, want string
	}{
		{0, "/root", "/etc/gitlab-runner/certs"},
		{100, gitlabrunner.DefaultHome, "/home/gitlab-runner/.gitlab-runner/certs"},
		{999, "/tmp/", "/tmp/.gitlab-runner/certs"},
	} {
		if got := gitlabrunner.CertsDir(test.uid, test.home); got != test.want {
			t.Errorf("%d %s: %s", test.uid, test.home, got)
		}
	}
}
