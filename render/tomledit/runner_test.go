package tomledit

import (
	"reflect"
	"testing"
)

const everything = `[[runners]]
  EXECUTOR = """
shell"""
  clone_url = "https://clone.example.com"
  environment = ["A=1", # first
    "GIT_SSL_NO_VERIFY=true", "NODE_TLS_REJECT_UNAUTHORIZED=0"]
  pre_get_sources_script = '''
  # git config --global http.sslVerify false
  git config --global http.sslVerify "false"
  '''
  pre_build_script = "true\nexport NODE_TLS_REJECT_UNAUTHORIZED='0'"
  tls-skip-verify = true
  [runners.Kubernetes]
    namespace = "ci"
    namespace_per_job = true
    [runners.Kubernetes.volumes]
      pvc = [{ name = "p", mount_path = "/p" }]
  [runners.cache]
    Type = "s3"
    s3 = { ServerAddress = "minio.example.com:9000", insecure = true }
`

func TestSettings(t *testing.T) {
	c := mustParse(t, everything)
	type result struct {
		value string
		line  int
		set   bool
	}
	for name, test := range map[string]struct {
		path []string
		want result
	}{
		"upper case":      {[]string{"executor"}, result{"shell", 2, true}},
		"a URL":           {[]string{"clone_url"}, result{"https://clone.example.com", 4, true}},
		"not there":       {[]string{"url"}, result{}},
		"another type":    {[]string{"tls-skip-verify"}, result{}},
		"in a table":      {[]string{"kubernetes", "namespace"}, result{"ci", 14, true}},
		"in inline table": {[]string{"cache", "s3", "ServerAddress"}, result{"minio.example.com:9000", 20, true}},
		"below a string":  {[]string{"executor", "x"}, result{}},
	} {
		value, line, set := c.String(test.path...)
		if got := (result{value, line, set}); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
	if insecure, line := c.Value("cache", "s3", "Insecure"); insecure != true || line != 20 {
		t.Errorf("Insecure: %v, line %d", insecure, line)
	}
	if lines, set := c.OwnScript(); lines != "" || set {
		t.Errorf("our lines: %q, %v", lines, set)
	}
	if got, want := c.Volumes(), []Volume{{Kind: "pvc", Name: "p", MountPath: "/p"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("volumes: %v", got)
	}
}

func TestSwitches(t *testing.T) {
	want := []Switch{
		{"GIT_SSL_NO_VERIFY", 6},
		{"NODE_TLS_REJECT_UNAUTHORIZED", 6},
		{"sslVerify", 9},
		{"NODE_TLS_REJECT_UNAUTHORIZED", 11},
		{"tls-skip-verify", 12},
	}
	if got := Switches(everything); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for text, want := range map[string]int{
		`git -c http.sslVerify=false fetch`:                           1,
		`git config http.https://x.sslverify \"0\"`:                   1,
		`$env:GIT_SSL_NO_VERIFY = 1`:                                  1,
		`git config http.sslVerify true`:                              0,
		`unset GIT_SSL_NO_VERIFY`:                                     0,
		`[ "${GIT_SSL_NO_VERIFY}" = "$GIT_SSL_NO_VERIFY" ]`:           0,
		`GIT_SSL_NO_VERIFY= git fetch`:                                1,
		`export NODE_TLS_REJECT_UNAUTHORIZED=1`:                       0,
		`helm --tls-skip-verify; NODE_TLS_REJECT_UNAUTHORIZED=0 node`: 2,
	} {
		if got := Switches(text); len(got) != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
