package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/render/manifest"
	"helm-runnertrust/trust"
)

const cacheTables = "      [runners.cache]\n        Type = \"s3\"\n        [runners.cache.s3]\n          ServerAddress = \"%s\"\n"

// findings returns the codes of warnings and notes.
func findings(r *Result) string {
	var all []trust.Code
	for _, f := range append(append([]trust.Finding(nil), r.Warnings...), r.Notes...) {
		all = append(all, f.Code)
	}
	return fmt.Sprint(all)
}

// TestHosts: which hosts a runner has, and what reaches them.
func TestHosts(t *testing.T) {
	const header, env = "    [[runners]]\n", "        - name: CI_SERVER_URL\n"
	ca := options(t).Sources[0].Bundle
	gitlab := Source{Host: "gitlab.example.com", Bundle: ca}
	further := Source{Host: "kas.example.com", Bundle: ca}
	clone := Source{Host: "Git.example.org", Bundle: ca}
	cache := Source{Host: "minio.example.com", Bundle: ca}
	insert := func(lines string) [2]string { return [2]string{header, header + lines} }
	for name, test := range map[string]struct {
		change  [2]string
		options Options
		want    string // the codes
		has     string // in the output
	}{
		"further":               {options: Options{Sources: []Source{gitlab, further}}, want: "[source-unused]", has: "value: /home/gitlab-runner/.gitlab-runner/certs:/etc/ssl/certs:/etc/pki/tls/certs\n"},
		"further, via env":      {options: Options{Via: "env", Sources: []Source{gitlab, further}}, want: "[source-unused]", has: "value: /etc/helm-runnertrust:/etc/ssl/certs:/etc/pki/tls/certs\n"},
		"further, jobs":         {options: Options{Jobs: true, Sources: []Source{gitlab, further}}, want: "[source-unused]", has: `sub_path = "jobs.pem"`},
		"of a folder":           {options: Options{Sources: []Source{gitlab, {Host: "x.example.com", Bundle: ca, FromFolder: true}}}, want: "[]"},
		"clone":                 {change: insert("      clone_url = \"https://git.example.org\"\n"), options: Options{Sources: []Source{gitlab, clone}}, want: "[]"},
		"clone, for every host": {change: insert("      clone_url = \"https://git.example.org\"\n"), options: options(t), want: "[]"},
		"clone, nothing":        {change: insert("      clone_url = \"https://git.example.org\"\n"), options: Options{Sources: []Source{gitlab}}, want: "[clone-host]"},
		"clone by http":         {change: insert("      clone_url = \"http://git.example.org\"\n"), options: Options{Sources: []Source{gitlab}}, want: "[]"},
		"clone from GitLab":     {change: insert("      clone_url = \"https://gitlab.example.com:8443\"\n"), options: Options{Sources: []Source{gitlab}}, want: "[]"},
		"clone by variable":     {change: [2]string{env, "        - {name: CLONE_URL, value: 'https://git.example.org'}\n" + env}, options: Options{Sources: []Source{gitlab}}, want: "[clone-host]"},
		"clone, an object": {change: insert("      clone_url = \"https://git.example.org\"\n"), options: Options{Objects: []Object{
			{Host: "gitlab.example.com", Kind: "Secret", Name: "a", Key: "ca.crt"}, {Host: "git.example.org", Kind: "Secret", Name: "b", Key: "ca.crt"}}}, want: "[clone-host]"},
		"cache":           {change: insert(fmt.Sprintf(cacheTables, "minio.example.com:443")), options: Options{Sources: []Source{gitlab, cache}}, want: "[cache-host]"},
		"cache, jobs":     {change: insert(fmt.Sprintf(cacheTables, "minio.example.com")), options: Options{Jobs: true, Sources: []Source{gitlab, cache}}, want: "[]"},
		"cache, insecure": {change: insert(fmt.Sprintf(cacheTables, "minio.example.com") + "          Insecure = true\n"), options: Options{Sources: []Source{gitlab, cache}}, want: "[source-unused]"},
		"cache, nothing":  {change: insert(fmt.Sprintf(cacheTables, "s3.amazonaws.com")), options: Options{Sources: []Source{gitlab}}, want: "[]"},
		"no cache server": {change: insert(fmt.Sprintf(cacheTables, "")), options: Options{Sources: []Source{gitlab}}, want: "[]"},
		"cache by variables": {change: [2]string{env, "        - {name: CACHE_TYPE, value: s3}\n        - {name: CACHE_S3_SERVER_ADDRESS, value: minio.example.com}\n" + env},
			options: Options{Sources: []Source{gitlab, cache}}, want: "[cache-host]"},
		"http":         {change: [2]string{`"https://gitlab.example.com"`, `"http://gitlab.example.com"`}, options: options(t), want: "[plain-http]"},
		"check is off": {change: [2]string{env, "        - {name: GIT_SSL_NO_VERIFY, value: 'false'}\n        - {name: NODE_TLS_REJECT_UNAUTHORIZED, value: '0'}\n" + env}, options: options(t), want: "[check-disabled check-disabled]"},
	} {
		t.Run(name, func(t *testing.T) {
			input := fixtureInput(t, "current")
			if test.change[0] != "" {
				before := input
				if input = bytes.Replace(input, []byte(test.change[0]), []byte(test.change[1]), 1); bytes.Equal(input, before) {
					t.Fatalf("the base has no %q", test.change[0])
				}
			}
			test.options.Now = now
			result, err := Filter(input, test.options)
			if err != nil {
				t.Fatal(err)
			}
			out := string(result.Bytes())
			if got := findings(result); got != test.want {
				t.Errorf("got %v and %v, want %s", result.Warnings, result.Notes, test.want)
			}
			if !strings.Contains(out, test.has) || strings.Contains(out, "SSL_CERT_DIR") != strings.Contains(test.want, "source-unused") {
				t.Errorf("want %q, got\n%s", test.has, out)
			}
			again, err := Filter(result.Bytes(), options(t))
			plain, plainErr := Filter(input, options(t))
			if err != nil || plainErr != nil || !bytes.Equal(again.Bytes(), plain.Bytes()) {
				t.Errorf("again: %v, %v", err, plainErr)
			}
		})
	}
}

// TestFurtherHostRefused: a name that no file can have.
func TestFurtherHostRefused(t *testing.T) {
	o := options(t)
	for host, want := range map[string]trust.Code{"..": manifest.HostTooLong, strings.Repeat("a", 250): manifest.HostTooLong} {
		o.Sources = []Source{{Bundle: o.Sources[0].Bundle}, {Host: "gitlab.example.com", Bundle: o.Sources[0].Bundle}, {Host: host, Bundle: o.Sources[0].Bundle}}
		_, err := Filter(fixtureInput(t, "current"), o)
		if got := codes(err); len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %v", host, err)
		}
	}
}

// TestCacheOfIngress takes the Secret that the stream names for the cache, which is mounted once where
// it is GitLab's too.
func TestCacheOfIngress(t *testing.T) {
	base := bytes.Replace(fixtureInput(t, "ingress-umbrella"), []byte("    [[runners]]\n"), []byte("    [[runners]]\n"+fmt.Sprintf(cacheTables, "minio.example.com")), 1)
	one := bytes.Replace(base, []byte("secretName: forge-minio-tls"), []byte("secretName: forge-webservice-tls"), 1)
	none := bytes.Replace(base, []byte("      secretName: forge-minio-tls\n"), nil, 1)
	for name, test := range map[string]struct {
		input   []byte
		jobs    bool
		want    string
		volumes int
	}{
		"note":             {base, false, "[cache-host source-served]", 0},
		"one Secret":       {one, false, "[cache-host source-served]", 0},
		"not known":        {none, false, "[cache-host source-served]", 0},
		"jobs":             {base, true, "[job-object job-object source-served]", 2},
		"jobs, one Secret": {one, true, "[job-object source-served]", 1},
		"jobs, not known":  {none, true, "[cache-host job-object source-served]", 1},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := Filter(test.input, Options{Now: now, Jobs: test.jobs})
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Fields(strings.Trim(findings(result), "[]"))
			slices.Sort(got)
			if fmt.Sprint(got) != test.want {
				t.Errorf("got %v and %v", result.Warnings, result.Notes)
			}
			if count := bytes.Count(result.Bytes(), []byte("[[runners.kubernetes.volumes.secret]]")); count != test.volumes {
				t.Errorf("%d volumes in\n%s", count, result.Bytes())
			}
		})
	}
}
