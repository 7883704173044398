package cli

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"helm-runnertrust/fixtures"
	"helm-runnertrust/trust/trusttest/golden"
)

const valuesDir = "testdata/values"

// runValues runs values in the folder of the fixtures, and says what it wrote.
func runValues(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	args = argsOf(&fixtures.Case{Args: args})
	stdout, stderr, code = call(t, "", nil, append([]string{"values"}, args...)...)
	return stdout, portable(stderr), code
}

// TestValues holds what is printed, with the notes and warnings, against a file for each case.
func TestValues(t *testing.T) {
	const host = "--host=gitlab.example.com"
	for name, args := range map[string][]string{
		"certificate":          {host, "--cert=certs/ca.crt"},
		"umbrella":             {host, "--cert=certs/ca.crt", "--umbrella"},
		"env":                  {host, "--cert=certs/ca.crt", "--via=env"},
		"config":               {host, "--cert=certs/ca.crt", "--via=config"},
		"jobs":                 {host, "--from-configmap=bundle/all.pem", "--via=config", "--jobs", "--umbrella"},
		"secret":               {host, "--from-secret=gitlab-tls"},
		"secret-with-host-key": {host, "--from-secret=host-ca/gitlab.example.com.crt", "--umbrella"},
		"secret-host-key-env":  {host, "--from-secret=host-ca/gitlab.example.com.crt", "--via=env"},
		"secret-host-key-root": {host, "--from-secret=host-ca/gitlab.example.com.crt", "--certs-dir=/etc/gitlab-runner/certs"},
		"configmap":            {host, "--cert=certs/ca.crt", "--configmap"},
		"configmap-flags": {host + ":8443", "--cert=certs/ca.crt", "--configmap", "--configmap-name=trust", "--via=env", "--umbrella",
			"--chart-version=v0.55.0-bb.1", "--jobs", "--certs-dir=/trust"},
		"configmap-quoted":        {host, "--cert=certs/ca.crt", "--configmap", "--certs-dir=/a b/c'd"},
		"letters":                 {"--host=https://BÜCHER.example:8443/group/x?y", "--cert=certs/ca.crt"},
		"letters-configmap":       {"--host=b%C3%BCcher.example", "--cert=certs/ca.crt", "--configmap"},
		"http":                    {"--host=HTTP://gitlab.example.com:8080", "--cert=certs/ca.crt"},
		"http-configmap":          {"--host=http://gitlab.example.com", "--cert=certs/ca.crt", "--configmap"},
		"secret-host-key-config":  {host, "--from-secret=host-ca/gitlab.example.com.crt", "--via=config"},
		"secret-host-key-jobs":    {host, "--from-secret=host-ca/gitlab.example.com.crt", "--jobs"},
		"secret-host-key-own":     {host, "--from-secret=gitlab.example.com=host-ca/gitlab.example.com.crt", "--cert=certs/ca.crt"},
		"configmap-with-host-key": {host, "--from-configmap=host-ca/gitlab.example.com.crt"},
		"one-of-two":              {host, "--cert=gitlab.example.com=certs/ca.crt", "--cert=certs/other-ca.crt"},
		"unused":                  {host, "--cert=certs/ca.crt", "--cert=other.example.com=certs/other-ca.crt"},
		"further-configmap":       {host, "--cert=certs/ca.crt", "--cert=other.example.com=certs/other-ca.crt", "--cert=[fd00::1]=certs/ipv6.crt", "--configmap", "--via=env"},
		"further-objects": {host, "--from-configmap=trust/gitlab.example.com.crt", "--from-configmap=other.example.com=trust/other.example.com.crt",
			"--from-secret=last.example.com=last-ca", "--via=env"},
		"further-secret": {host, "--from-secret=host-ca/gitlab.example.com.crt", "--cert=other.example.com=certs/other-ca.crt"},
		"folder":         {host, "--cert=certs/hosts"},
		"url":            {"--host=https://GitLab.example.com:8443/group/project?x=y", "--cert=certs/ca.crt", "--chart-version=0.62"},
		"ipv6":           {"--host=[fd00::1]:8443", "--cert=certs/ipv6.crt"},
		"soon":           {host, "--cert=certs/soon.crt"},
		"force":          {host, "--cert=certs/expired.crt", "--force"},
		"long-host-env":  {"--host=" + longHost, "--from-secret=gitlab-tls", "--via=env"},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, code := runValues(t, args...)
			if code != exitDone {
				t.Fatalf("exit code %d: %s", code, stderr)
			}
			golden.Compare(t, filepath.Join(valuesDir, name+".yaml"), stdout)
			golden.Compare(t, filepath.Join(valuesDir, name+".txt"), stderr)
			var decoded map[string]any
			if err := yaml.NewDecoder(bytes.NewReader([]byte(stdout))).Decode(&decoded); err != nil || len(decoded) == 0 {
				t.Errorf("%v: %v", decoded, err)
			}
			for line := range strings.Lines(stdout) {
				comment := strings.HasPrefix(line, "# ") && !strings.HasPrefix(line, "#   ")
				if comment && utf8.RuneCountInString(line) > maxWidth && strings.Count(line, " ") > 1 {
					t.Errorf("a comment is longer than %d columns: %s", maxWidth, line)
				}
			}
		})
	}
}

// longHost is a host name of the greatest length, 253, whose file's name is too long.
var longHost = strings.Repeat(strings.Repeat("a", 62)+".", 4)[:250] + ".eu"

// TestValuesRefused holds every refusal against its message. Nothing is written to stdout.
func TestValuesRefused(t *testing.T) {
	const host, cert = "--host=gitlab.example.com", "--cert=certs/ca.crt"
	var said strings.Builder
	for _, args := range [][]string{
		{cert},
		{"--host=", cert},
		{host},
		{host, cert, "gitlab.example.com"},
		{"--host=gitlab example", cert},
		{"--host=..", cert},
		{"--host=../../etc/passwd", cert},
		{"--host=" + longHost, cert},
		{"--host=" + longHost + "a", cert, "--via=env"},
		{"--host=gitlab.example.com:0", cert},
		{"--host=ftp://gitlab.example.com", cert},
		{"--host=http://", cert},
		{"--host=http://user:swordfish@gïtlab.example.com", cert},
		{"--host=gitlab.example.com\nx", cert},
		{"--host=https://user:swordfish@gitlab.example.com", cert},
		{"--host=gïtlab..example.com", cert},
		{"--host=gïtlab.example.com:0", cert},
		{"--host=https://g%00tlab.example.com", cert},
		{host, host, cert},
		{host, cert, "--from-secret=gitlab-tls"},
		{host, "--from-secret=gitlab-tls", "--from-configmap=bundle"},
		{host, "--from-secret=gitlab-tls/tls.key"},
		{host, "--from-secret=gitlab_tls"},
		{host, "--from-secret=other.example.com=gitlab-tls"},
		{host, cert, "--from-secret=other.example.com=gitlab-tls", "--from-configmap=other.example.com=bundle"},
		{host, cert, "--from-secret=other.example.com=gitlab-tls", "--cert=other.example.com=certs/other-ca.crt"},
		{host, cert, "--cert=other.example.com=certs/expired.crt"},
		{host, "--cert=other.example.com=certs/ca.crt", "--cert=last.example.com=certs/ca.crt"},
		{host, "--cert=certs/expired.crt"},
		{host, "--cert=certs/wrong-host.crt"},
		{host, "--cert=certs/truncated.crt"},
		{host, "--cert=made/key-beside-certificate.pem"},
		{host, "--cert=certs/missing.crt"},
		{host, "--cert=made/dense.der"},
		{host, cert, "--via=file"},
		{host, cert, "--certs-dir=certs"},
		{host, cert, "--certs-dir=/"},
		{host, cert, "--configmap-name=Certs"},
		{host, "--from-secret=gitlab-tls", "--configmap"},
		{"--host=gitlab.example.net", "--cert=certs/hosts", "--from-secret=gitlab-tls", "--configmap"},
		{host, cert, "--chart-version=latest"},
		{host, cert, "--chart-version=8.3.0", "--umbrella"},
		{host, cert, "--chart-version=0.61.2"},
		{host, cert, "--chart-version=0.41.0", "--configmap"},
		{host, "--from-secret=gitlab-tls", "--chart-version=0.17.0", "--via=env"},
		{host, "--from-secret=x/gitlab.example.com.crt", "--chart-version=0.30.0"},
		{host, "--from-secret=x/gitlab.example.com.crt", "--chart-version=0.30.0", "--certs-dir=/home/gitlab-runner/.gitlab-runner//certs"},
		{host, "--from-secret=x/gitlab.example.com.crt", "--chart-version=0.30.0", "--certs-dir=/etc/gitlab-runner/certs"},
		{host, "--from-secret=x/gitlab.example.com.crt", "--chart-version=0.30.0", "--via=config"},
		{host, "--from-configmap=x/gitlab.example.com.crt", "--chart-version=0.30.0"},
		{host, cert, "--output=json"},
	} {
		line := strings.ReplaceAll(strings.Join(args, " "), longHost, "LONG")
		stdout, stderr, code := runValues(t, slices.Clone(args)...)
		if code != exitError || stdout != "" || !strings.HasPrefix(stderr, "runnertrust: error: ") || strings.Contains(stderr, "swordfish") {
			t.Errorf("%s: exit code %d, %q, %q", line, code, stdout, stderr)
		}
		fmt.Fprintf(&said, "%s\n%s\n", line, strings.ReplaceAll(stderr, longHost, "LONG"))
	}
	golden.Compare(t, filepath.Join(valuesDir, "refused.txt"), said.String())
}

// TestValuesVariables: what is given for the post-renderer holds for values too, except what names
// its stream.
func TestValuesVariables(t *testing.T) {
	environment := []string{"RUNNERTRUST_CERT", readFile(t, fixturesDir+"/certs/ca.crt"), "RUNNERTRUST_VIA", "env",
		"RUNNERTRUST_FROM_INGRESS", "true", "RUNNERTRUST_DEPLOYMENT", "ci"}
	stdout, stderr, code := call(t, "", environment, "values", "--host", "gitlab.example.com")
	if want := readFile(t, filepath.Join(valuesDir, "env.yaml")); code != exitDone || stdout != want || stderr != "" {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
}
