package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/probe"
)

// TestSlips is a command line that was meant otherwise: the hint has the one to type.
func TestSlips(t *testing.T) {
	folder := t.TempDir()
	nameless, manifests := filepath.Join(folder, "gitlab"), filepath.Join(folder, "gitlab.yaml")
	for path, from := range map[string]string{nameless: "certs/ca.crt", manifests: "base/current.yaml", filepath.Join(folder, "gitlab.crt"): "certs/ca.crt"} {
		if err := os.WriteFile(path, []byte(readFile(t, filepath.Join(fixturesDir, from))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const (
		helm  = "helm runnertrust "
		own   = ", each flag in a --post-renderer-args of its own"
		apart = "write them apart: --cert=gitlab.crt --via=env"
	)
	for _, test := range []struct {
		hint string
		args []string
	}{
		{"write --cert=gitlab.crt" + own, []string{"--cert gitlab.crt"}},
		{"write --cert='my file.crt'" + own, []string{"--cert my file.crt"}},
		{"write --via=env" + own, []string{"--via env"}},
		{"write --cert=gitlab.crt --jobs --via=env" + own, []string{"--cert gitlab.crt --jobs --via=env"}},
		{"write --pipe='hook ...'" + own, []string{"--pipe hook --enable-helm --swordfish"}},
		{"write --pipe=hook" + own, []string{"--pipe hook"}},
		{"write --cert=gitlab.crt --pipe='vault ...'" + own, []string{"--cert gitlab.crt --pipe vault --token swordfish"}},
		{"write --cert=gitlab.crt --jobs --pipe='vault ...'" + own, []string{"--cert=gitlab.crt,--jobs,--pipe=vault --token \"swordfish\""}},
		{"write --pipe='vault ...'", []string{"render", "pipe=vault --token=swordfish"}},
		{"write --pipe='vault ...'", []string{"-pipe=vault --token=swordfish"}},
		{"the result goes to stdout: " + helm + "render --release r '--pipe=vault ...' > x.yaml", []string{"render", "--release", "r", "--pipe=vault --token=swordfish", "-o", "x.yaml"}},
		{"the result goes to stdout: " + helm + "render --pipe 'vault ...' --jobs > x.yaml", []string{"render", "--pipe", "vault --token=swordfish", "--jobs", "-o", "x.yaml"}},
		{"if it is a release: " + helm + "verify --release ci --namespace prod --kube-context east --kubeconfig 'a b'",
			[]string{"verify", "ci", "--kube-context", "east", "--kubeconfig=a b", "-n", "prod"}},
		{"a release is given with --release: " + helm + "render --release ci '--pipe=vault ...'", []string{"render", "ci", "--pipe", "vault --token=swordfish"}},
		{"certificates are given with --cert: " + helm + "verify URL --cert=" + nameless + ".crt", []string{"verify", nameless + ".crt"}},
		{"manifests are given with -f: " + helm + "render -f " + manifests + " --cert=ca.crt --diff", []string{"render", manifests, "--cert", "ca.crt", "--diff"}},
		{"manifests are given with -f: " + helm + "render -f " + manifests + " --cert=ca.crt --diff", []string{manifests, "--cert", "ca.crt", "--diff"}},
		{"manifests are given with -f: " + helm + "render -f " + manifests + " --jobs", []string{"render", "-f", "other.yaml", "--jobs", manifests}},
		{"manifests are given with -f: " + helm + "render -f " + manifests, []string{"values", "--host=gitlab.test", manifests}},
		{"write --save=x.crt", []string{"fetch", "gitlab.test", "save=x.crt"}},
		{"write --connect=192.0.2.1", []string{"fetch", "gitlab.test", "connect=192.0.2.1"}},
		{"write --cert=ca.crt", []string{"verify", "gitlab.test", "cert=ca.crt"}},
		{"see " + helm + "render --help", []string{"render", "--", "-f"}},
		{"leave out --post-renderer and --post-renderer-args, which are Helm's: " + helm + "render '--pipe=vault ...'",
			[]string{"--post-renderer=helm-runnertrust", "--post-renderer-args", "--pipe=vault --token=swordfish"}},
		{"write --cert=gitlab.crt", []string{"render", "--cert gitlab.crt"}},
		{apart, []string{"render", "-f", manifests, "--cert=gitlab.crt --via=env"}},
		{apart, []string{"render", "--cert gitlab.crt --via env"}},
		{"write --cert=gitlab.crt", []string{"cert=gitlab.crt"}},
		{"write --via=env", []string{"render", "via=env"}},
		{"write --cert=gitlab.crt", []string{"-cert=gitlab.crt"}},
		{"write --cert, with two dashes", []string{"-cert", "gitlab.crt"}},
		{"certificates are given with --cert: --cert=gitlab.crt", []string{"gitlab.crt"}},
		{"certificates are given with --cert: --cert=" + nameless, []string{nameless}},
		{"certificates are given with --cert: --cert=" + nameless, []string{"values", nameless}},
		{"certificates are given with --cert: " + helm + "verify URL --cert=" + nameless, []string{"verify", nameless}},
		{"manifests are given with -f: " + helm + "render -f " + manifests, []string{manifests}},
		{"leave out --post-renderer and --post-renderer-args, which are Helm's: " + helm + "render --cert=gitlab.crt -f r.yaml",
			[]string{"render", "--post-renderer", "helm-runnertrust", "--post-renderer-args", "--cert=gitlab.crt", "-f", "r.yaml"}},
		{"leave out --post-renderer and --post-renderer-args, which are Helm's: " + helm + "render --cert=gitlab.crt",
			[]string{"--post-renderer=helm-runnertrust", "--post-renderer-args=--cert=gitlab.crt"}},
		{`the shell did not expand the ~: --cert="$HOME"/gitlab.crt`, []string{"render", "-f", manifests, "--cert=~/gitlab.crt"}},
		{`the shell did not expand the ~: --cert=a.test="$HOME"/gitlab.crt`, []string{"render", "-f", manifests, "--cert=a.test=~/gitlab.crt"}},
		{`the shell did not expand the ~: --file="$HOME"/gitlab.yaml`, []string{"render", "--file=~/gitlab.yaml"}},
		{`the shell did not expand the ~: --cert='[fd00::1]='"$HOME"/'$(touch x).crt'`, []string{"render", "-f", manifests, "--cert=[fd00::1]=~/$(touch x).crt"}},
		{`the shell did not expand the ~: --file="$HOME"/'a "b".yaml'`, []string{"render", "--file=~/a \"b\".yaml"}},
		{"write the host without https://: --cert=gitlab.test=gitlab.crt", []string{"render", "-f", manifests, "--cert=https://gitlab.test/=gitlab.crt"}},
		{"the files of a folder are named <host>.crt: call this host's " + host + ".crt, or give the file itself: --cert=FILE",
			[]string{"render", "-f", manifests, "--cert=" + folder}},
		{"the manifests have: --deployment=ci-gitlab-runner", []string{"render", "-f", manifests, "--cert=" + nameless, "--deployment=ci"}},
		{"the manifests have: --deployment=ci-gitlab-runner", []string{"verify", "-f", manifests, "--deployment=ci"}},
		{"if it is a release: " + helm + "verify --release ci --namespace prod", []string{"verify", "ci", "-n", "prod"}},
		{"a release is given with --release: " + helm + "render --release ci --namespace=prod", []string{"render", "ci", "-n", "prod"}},
		{"a release is given with --release: " + helm + "render --release ci --deployment=ci --jobs --cert=a --cert=b",
			[]string{"render", "--deployment", "ci", "ci", "--jobs", "--cert=a", "--cert", "b"}},
		{"the server is given with --host: " + helm + "values --host gitlab.test --cert=gitlab.crt", []string{"values", "gitlab.test", "--cert", "gitlab.crt"}},
		{"the result goes to stdout: " + helm + "values --host gitlab.test > trust.yaml", []string{"values", "--host", "gitlab.test", "-o", "trust.yaml"}},
		{"the result goes to stdout: " + helm + "render -f r.yaml > out.yaml", []string{"render", "--output=out.yaml", "-f", "r.yaml"}},
		{"the file is given with --save: --save x.crt", []string{"fetch", "gitlab.test", "-o", "x.crt"}},
		{helm + "fetch gitlab.test --save gitlab.crt", []string{"fetch", "gitlab.test", "gitlab.crt"}},
		{"did you mean " + helm + "render? see helm runnertrust --help", []string{"rendr", "-f", "r.yaml"}},
		{"see helm runnertrust render --help", []string{"render", "--post-renderer-args", "--cert=https://bot:swordfish@gitlab.test"}},
	} {
		stdout, stderr, code := call(t, "", nil, test.args...)
		if code != exitError || stdout != "" || !strings.HasSuffix(stderr, "\nrunnertrust: hint: "+test.hint+"\n") {
			t.Errorf("%q: exit code %d, %s%s", test.args, code, stdout, stderr)
		}
		if strings.Contains(stderr, "not a command") && !strings.HasPrefix(test.args[0], folder) {
			t.Errorf("%q: no command was meant: %s", test.args, stderr)
		}
		if strings.Contains(stderr, "swordfish") {
			t.Errorf("%q: the password is in %s", test.args, stderr)
		}
	}
}

// TestSlipsUnderHelm has command lines whose release is in a namespace and a cluster that Helm alone
// was given by flags.
func TestSlipsUnderHelm(t *testing.T) {
	environment := []string{"HELM_PLUGIN_NAME", "runnertrust", "HELM_NAMESPACE", "prod", "HELM_KUBECONTEXT", "east"}
	const where = " --namespace prod --kube-context east"
	for hint, args := range map[string][]string{
		"the result goes to stdout: helm runnertrust render --release ci" + where + " > out.yaml": {"render", "--release", "ci", "-o", "out.yaml"},
		"the result goes to stdout: helm runnertrust render -f r.yaml > out.yaml":                 {"render", "-f", "r.yaml", "-o", "out.yaml"},
		"a release is given with --release: helm runnertrust render --release ci" + where:         {"render", "ci"},
		"leave out --post-renderer and --post-renderer-args, which are Helm's: helm runnertrust render --release=ci" + where: {
			"render", "--post-renderer=helm-runnertrust", "--release=ci"},
	} {
		if _, stderr, code := call(t, "", environment, args...); code != exitError || !strings.HasSuffix(stderr, "\nrunnertrust: hint: "+hint+"\n") {
			t.Errorf("%q: exit code %d, %s", args, code, stderr)
		}
	}
}

// TestNoSuchServer takes a word that leads to no server for the name of a release.
func TestNoSuchServer(t *testing.T) {
	p := &program{Process: Process{Env: func(string) (string, bool) { return "", false }}}
	nowhere := trust.Failed(trust.Finding{Code: probe.CodeUnresolvable})
	if err := p.noSuchServer("ci", nowhere, input{}); err == nil || p.hint(err) != "if it is a release: helm runnertrust verify --release ci" {
		t.Errorf("%v", err)
	}
	for argument, verdict := range map[string]trust.Verdict{
		"ci": trust.Failed(trust.Finding{Code: probe.CodeRefused}), "gitlab.test": nowhere, "ci:443": nowhere, "https://ci": nowhere,
	} {
		if err := p.noSuchServer(argument, verdict, input{}); err != nil {
			t.Errorf("%s: %v", argument, err)
		}
	}
}

// TestSaveBehindTilde says that the shell left the ~ alone.
func TestSaveBehindTilde(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := save("~/gitlab.crt", nil, false); err == nil || new(program).hint(err) != `the shell did not expand the ~: --save="$HOME"/gitlab.crt` {
		t.Errorf("%v", err)
	}
}
