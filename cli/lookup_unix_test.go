//go:build unix

package cli

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/fixtures"
)

// withKubectl puts a kubectl into PATH, which runs a script.
func withKubectl(t *testing.T, script string) (folder string) {
	t.Helper()
	folder = filepath.Dir(writeProgram(t, "kubectl", script))
	t.Setenv("PATH", folder+":"+os.Getenv("PATH"))
	return folder
}

// withManifests is a Helm that has the manifests of one release.
func withManifests(t *testing.T, manifests string) (helm string) {
	t.Helper()
	folder := t.TempDir()
	helm = filepath.Join(folder, "helm")
	for name, text := range map[string]string{"manifests": manifests, "helm": "#!/bin/sh\ncase $1 in get) cat " + folder + "/manifests ;; *) exit 1 ;; esac\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return helm
}

// fromSecret is a runner whose file is a key of a Secret that its manifests do not have.
func fromSecret(t *testing.T) string {
	t.Helper()
	out, stderr, code := call(t, fixtureText(t, "accept/current/input.yaml"), nil, "--from-secret=gitlab-ca/ca.crt")
	if code != exitDone {
		t.Fatal(stderr)
	}
	return out
}

// TestLookup judges a runner by the key of a Secret of the cluster.
func TestLookup(t *testing.T) {
	helm := withManifests(t, fromSecret(t))
	value := func(name string) string {
		return base64.StdEncoding.EncodeToString([]byte(readFile(t, filepath.Join(fixturesDir, "certs", name))))
	}
	for name, test := range map[string]struct {
		script string
		code   int
		says   string
	}{
		"good":    {`printf 'ca.crt\ntoken\n\n%s' ` + value("ca.crt"), exitDone, "from Secret/gitlab-ca"},
		"expired": {`printf 'ca.crt\n\n%s' ` + value("expired.crt"), exitError, "expired"},
		"no key":  {`printf 'token\n\n'`, exitError, "Secret/gitlab-ca has no file"},
		"empty":   {`printf 'ca.crt\n\n'`, exitUnknown, "its key ca.crt is empty or binary"},
		"forbidden": {`echo 'Error from server (Forbidden): secrets "gitlab-ca" is forbidden' >&2; exit 1`, exitUnknown,
			"  { helm get manifest ci --namespace prod --kube-context east; echo ---; kubectl get secret gitlab-ca --namespace ci --context east --as admin --as-group a --as-group b --output yaml; } | helm runnertrust verify -f -\n"},
		"template": {`echo swordfish; echo 'error: swordfish' >&2; exit 1`, exitUnknown, "kubectl cannot read it: exit status 1"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := withKubectl(t, `printf '%s\n' "$*" >"$(dirname "$0")/args"`+"\n"+test.script+"\n")
			environment := []string{"HELM_BIN", helm, "HELM_NAMESPACE", "prod", "HELM_KUBECONTEXT", "east", "HELM_KUBEASUSER", "admin", "HELM_KUBEASGROUPS", "a,b", "HELM_KUBEINSECURE_SKIP_TLS_VERIFY", "false"}
			stdout, stderr, code := call(t, "", environment, "verify", "--release", "ci")
			if code != test.code || !strings.Contains(stdout, test.says) || strings.Contains(stdout+stderr, "swordfish") {
				t.Errorf("exit code %d, %s%s", code, stdout, stderr)
			}
			const want = "get secret gitlab-ca --namespace ci --context east --as admin --as-group a --as-group b --output go-template="
			if args := readFile(t, filepath.Join(folder, "args")); !strings.HasPrefix(args, want) || !strings.Contains(args, `index . "ca.crt"`) {
				t.Errorf("kubectl was called with %s", args)
			}
		})
	}
}

// TestLookupEnds waits no longer for kubectl than for a server.
func TestLookupEnds(t *testing.T) {
	withKubectl(t, "exec sleep 60\n")
	stdout, stderr, code := call(t, "", []string{"HELM_BIN", withManifests(t, fromSecret(t))}, "verify", "--release", "ci", "--online", "--connect=127.0.0.1:1", "--timeout=50ms")
	if code == exitDone || !strings.Contains(stdout, "kubectl has not answered in time") {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
}

// TestLookupLeftOut asks no kubectl where that is not wanted, or would show a token.
func TestLookupLeftOut(t *testing.T) {
	withKubectl(t, "echo asked >&2; exit 1\n")
	helm := withManifests(t, fromSecret(t))
	for says, args := range map[string][]string{
		"it has to have the key ca.crt\n    its keys: kubectl describe secret gitlab-ca --namespace ci --context east\n": {"--offline", "--kube-context=east"},
		"the key ca.crt, and kubectl is not asked with a token, which":                                                   nil,
	} {
		environment := []string{"HELM_BIN", helm, "HELM_KUBETOKEN", "swordfish"}
		stdout, stderr, code := call(t, "", environment, append([]string{"verify", "--release", "ci"}, args...)...)
		if code != exitUnknown || !strings.Contains(stdout, says) || strings.Contains(stdout+stderr, "swordfish") {
			t.Errorf("%s: exit code %d, %s%s", args, code, stdout, stderr)
		}
	}
}

// TestLookupEnvFrom judges a runner whose envFrom names a Secret of the cluster, by the names of its keys.
func TestLookupEnvFrom(t *testing.T) {
	filtered := strings.Replace(fixtures.Output(t, "accept/current"), "        env:        \n", "        envFrom: [{secretRef: {name: settings}}]\n        env:\n", 1)
	helm := withManifests(t, filtered)
	for name, test := range map[string]struct {
		script string
		code   int
		says   string
	}{
		"other keys": {`printf 'TOKEN\n\n'`, exitDone, "the file holds a CA"},
		"variable":   {`printf 'CI_SERVER_TLS_CA_FILE\n\nL3gvY2EuY3J0'`, exitUnknown, "nothing is mounted there"},
		"HOME":       {`printf 'HOME\nTOKEN\n\n'`, exitUnknown, "envFrom may set HOME, and what Secret/settings has for it is not in the manifests"},
	} {
		t.Run(name, func(t *testing.T) {
			withKubectl(t, test.script+"\n")
			stdout, stderr, code := call(t, "", []string{"HELM_BIN", helm, "HELM_NAMESPACE", "ci"}, "verify", "--release", "ci")
			if code != test.code || !strings.Contains(stdout, test.says) {
				t.Errorf("exit code %d, %s%s", code, stdout, stderr)
			}
		})
	}
}
