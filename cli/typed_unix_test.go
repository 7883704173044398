//go:build unix

package cli

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// TestShellWord has a shell read the words.
func TestShellWord(t *testing.T) {
	for text, want := range map[string]string{
		"gitlab.example.com:8443": "gitlab.example.com:8443",
		"a/b-c_d.yaml":            "a/b-c_d.yaml",
		"bücher.example":          "bücher.example",
		"":                        "''",
		"a b.yaml":                "'a b.yaml'",
		"c'd":                     `'c'\''d'`,
		"[fd00::1]:8443":          "'[fd00::1]:8443'",
		"~/$HOME/`x`;#\\\"":       "'~/$HOME/`x`;#\\\"'",
		"a\nb\x1b[2J'\"":          `$'a\nb\x1b[2J\'"'`,
	} {
		word := shellWord(text)
		if word != want {
			t.Errorf("%q: %s, want %s", text, word, want)
		}
		if strings.HasPrefix(word, "$'") {
			continue // dash, as sh, does not read it
		}
		if said, err := exec.Command("sh", "-c", "printf %s "+word).Output(); err != nil || string(said) != text {
			t.Errorf("%s: the shell reads %q, %v", word, said, err)
		}
	}
}

// TestTypedCommands holds the commands that lead back to the same manifests and the same cluster.
func TestTypedCommands(t *testing.T) {
	const verify = "helm runnertrust verify "
	prod := cluster{namespace: "ns", context: "prod", kubeconfig: "/a b"}
	plugin := map[string]string{"HELM_PLUGIN_NAME": "runnertrust", "HELM_NAMESPACE": "of-helm", "HELM_KUBECONTEXT": "c'd", "KUBECONFIG": "/k"}
	for _, test := range []struct {
		in          input
		environment map[string]string
		verify      string
		cluster     string // what leads there in Helm's words
	}{
		{input{}, nil, "… | " + verify + "--online", ""},
		{input{file: "-"}, plugin, "… | " + verify + "--online", " --kube-context 'c'\\''d' --kubeconfig /k"},
		{input{file: "a b.yaml"}, nil, verify + "-f 'a b.yaml' --online", ""},
		{input{release: "gl"}, nil, verify + "--release gl --online", ""},
		{input{release: "gl", cluster: prod}, nil, verify + "--release gl --namespace ns --kube-context prod --kubeconfig '/a b' --online", " --kube-context prod --kubeconfig '/a b'"},
		{input{release: "gl", cluster: prod}, plugin, verify + "--release gl --namespace ns --kube-context prod --kubeconfig '/a b' --online", " --kube-context prod --kubeconfig '/a b'"},
		{input{release: "gl"}, plugin, verify + "--release gl --namespace of-helm --kube-context 'c'\\''d' --kubeconfig /k --online", " --kube-context 'c'\\''d' --kubeconfig /k"},
		{input{release: "gl"}, map[string]string{"KUBECONFIG": "/own"}, verify + "--release gl --online", ""},
		{input{release: "gl"}, map[string]string{"HELM_PLUGIN_NAME": "runnertrust", "KUBECONFIG": "/a:/b"}, verify + "--release gl --online", ""},
	} {
		p := &program{Process: Process{Env: func(name string) (string, bool) { value, found := test.environment[name]; return value, found }}}
		if got := p.typedVerify(test.in); got != test.verify {
			t.Errorf("%+v: got\n%s, want\n%s", test.in, got, test.verify)
		}
		if got, want := p.typedList(test.in.cluster), "helm list --all-namespaces"+test.cluster; got != want {
			t.Errorf("%+v: got\n%s, want\n%s", test.in, got, want)
		}
		answers := strings.Replace(p.clusterHint(test.in.cluster), "cluster-info --context", "cluster-info --kube-context", 1)
		if want := "see whether the cluster of the kubeconfig in use answers: kubectl cluster-info" + test.cluster; answers != want {
			t.Errorf("%+v: got\n%s, want\n%s", test.in, answers, want)
		}
	}
}

// TestCalledByPath quotes the path that the program was called by, wherever a hint repeats it.
func TestCalledByPath(t *testing.T) {
	manifests := fixturesDir + "/base/current.yaml"
	for name, want := range map[string]string{
		"./helm-runnertrust": "./helm-runnertrust", "/a b/helm-runnertrust": "'/a b/helm-runnertrust'", "$(touch x)/helm-runnertrust": "'$(touch x)/helm-runnertrust'",
	} {
		for hint, args := range map[string][]string{
			"manifests are given with -f: " + want + " render -f " + manifests: {"render", manifests},
			"did you mean " + want + " fetch --save?":                          {"--save=x"},
			"see " + want + " --help":                                          {"--zzz"},
			want + " fetch HOST[:PORT] --save FILE":                            {"fetch"},
		} {
			var out, messages bytes.Buffer
			code := Run(Process{
				Name: name, Args: args, Env: func(string) (string, bool) { return "", false },
				Stdin: strings.NewReader(""), Stdout: &out, Stderr: &messages, Now: fixturesNow,
			})
			if code != exitError || !strings.HasSuffix(messages.String(), "runnertrust: hint: "+hint+"\n") {
				t.Errorf("%s %q: exit code %d, %s", name, args, code, messages.String())
			}
		}
	}
}
