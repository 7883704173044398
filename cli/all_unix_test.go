//go:build unix

package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/cli/advice"
	"helm-runnertrust/fixtures"
)

// releasesOf makes a Helm that lists releases and has their manifests: the output of the fixture of
// the release's name. It knows no release "broken".
func releasesOf(t *testing.T, names ...string) (helm string) {
	t.Helper()
	folder := t.TempDir()
	var list []string
	for _, name := range names {
		list = append(list, `{"name":"`+name+`","namespace":"ci"}`)
		if name == "broken" {
			continue
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(fixtures.Output(t, "accept/"+name)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	helm = filepath.Join(t.TempDir(), "helm")
	script := "#!/bin/sh\ncase $1 in\nlist) case $* in *' --all-namespaces'|*' --namespace ci') ;; *) exit 1 ;; esac\n echo '[" + strings.Join(list, ",") + "]' ;;\n" +
		"get) [ \"$3\" != broken ] || { echo 'Error: release: not found in https://me:swordfish@gitlab.test/x' >&2; exit 1; }\n" +
		"[ \"$4 $5\" = '--namespace ci' ] && cat " + folder + "/$3 ;;\nesac\n"
	if err := os.WriteFile(helm, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return helm
}

func callVerifyAll(t *testing.T, helm string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return call(t, "", []string{"HELM_BIN", helm}, append([]string{"verify", "--all"}, args...)...)
}

// TestVerifyAll goes through releases with a runner and without one.
func TestVerifyAll(t *testing.T) {
	helm := releasesOf(t, "current", "hooks-only", "jobs")
	out, stderr, code := callVerifyAll(t, helm, "--expires-within", "30d")
	if code != exitDone || stderr != "runnertrust: note: 3 releases in all namespaces\n" {
		t.Fatalf("exit code %d: %s%s", code, stderr, out)
	}
	for _, want := range []string{"RELEASE", "ci/current ", "ci/jobs ", "--jobs: its jobs run the script, and their pods have the file of ConfigMap/ci-gitlab-runner-certs"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if strings.Contains(out, "hooks-only") {
		t.Errorf("a release without a runner is in\n%s", out)
	}
	if _, _, code = callVerifyAll(t, helm, "--expires-within", "9000d"); code != exitError {
		t.Errorf("exit code %d for what ends within 9000 days", code)
	}
	if out, _, _ = callVerifyAll(t, helm, "-o", "json"); !strings.Contains(out, `"release": "ci/jobs"`) || !strings.Contains(out, `"jobs": true`) {
		t.Errorf("json:\n%s", out)
	}
}

// TestVerifyAllMetrics has the verdicts and expiries for Prometheus.
func TestVerifyAllMetrics(t *testing.T) {
	out, stderr, code := callVerifyAll(t, releasesOf(t, "current", "broken"), "-o", "prometheus")
	const labels = `{release="current",namespace="ci",runner="ci-gitlab-runner",host="gitlab.example.com"`
	for _, want := range []string{"helm_runnertrust_verdict" + labels + `,client="runner",status="ok"} 1` + "\n",
		"helm_runnertrust_expiry_timestamp_seconds" + labels + "} 2051222400\n", "helm_runnertrust_unreadable_releases 1\n"} {
		if !strings.Contains(out, want) || code != exitNotRun {
			t.Errorf("exit code %d, no %s in\n%s%s", code, want, out, stderr)
		}
	}
}

// TestVerifyAllIn takes the releases of one namespace, and says which were taken where Helm was
// given one and keeps that to itself.
func TestVerifyAllIn(t *testing.T) {
	helm := releasesOf(t, "current")
	for _, test := range []struct{ args, stderr string }{
		{"--all-in=ci", "runnertrust: note: 1 release in the namespace ci\n"},
		{"--all --namespace=ci", "runnertrust: note: 1 release in the namespace ci\n"},
		{"--all", "runnertrust: note: 1 release in all namespaces\n"},
	} {
		out, stderr, code := call(t, "", []string{"HELM_BIN", helm, "HELM_NAMESPACE", "ci"}, append([]string{"verify"}, strings.Fields(test.args)...)...)
		if code != exitDone || stderr != test.stderr || !strings.Contains(out, "ci/current ") {
			t.Errorf("%s: exit code %d: %s%s", test.args, code, stderr, out)
		}
	}
}

// TestVerifyAllGoesOn tells of the release that cannot be read, and of the others.
func TestVerifyAllGoesOn(t *testing.T) {
	out, stderr, code := callVerifyAll(t, releasesOf(t, "broken", "current"))
	if code != exitNotRun || !strings.Contains(stderr, `cannot read release "broken"`) || !strings.Contains(out, "ci/current") {
		t.Errorf("exit code %d: %s%s", code, stderr, out)
	}
}

// TestVerifyAllInJSON has the release that cannot be read in the JSON too.
func TestVerifyAllInJSON(t *testing.T) {
	out, stderr, code := callVerifyAll(t, releasesOf(t, "broken", "current"), "-o", "json")
	var result auditResult
	if err := json.Unmarshal([]byte(out), &result); err != nil || code != exitNotRun || result.OK || len(result.Runners) != 1 || len(result.Also) != 1 {
		t.Fatalf("exit code %d, %v: %s%s", code, err, stderr, out)
	}
	also := result.Also[0]
	const message = `cannot read release "broken" with Helm: Error: release: not found in https://***@gitlab.test/x`
	if also.Code != advice.CodeCommand || also.Message != message || also.Hint != "look for its namespace: helm list --all-namespaces --filter '^broken$'" {
		t.Errorf("%+v", also)
	}
	if strings.Contains(stderr, "swordfish") || strings.Count(stderr, message) != 1 {
		t.Errorf("%s", stderr)
	}
	if out, _, _ = callVerifyAll(t, releasesOf(t, "current"), "-o", "json"); !strings.Contains(out, `"ok": true`) || strings.Contains(out, `"also"`) {
		t.Errorf("without faults: %s", out)
	}
}

func TestVerifyAllRefuses(t *testing.T) {
	for says, helm := range map[string]string{
		"none of 1 releases has a runner": releasesOf(t, "hooks-only"),
		"none of 0 releases has a runner": releasesOf(t),
		"cannot list the releases: exec: \"/no/such/helm\": no such file or directory\nrunnertrust: hint: give the path of Helm in the variable HELM_BIN\n": "/no/such/helm",
	} {
		if _, stderr, code := callVerifyAll(t, helm); code != exitNotRun || !strings.Contains(stderr, says) {
			t.Errorf("exit code %d: %s", code, stderr)
		}
	}
}
