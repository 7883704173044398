package release

import (
	"strings"
	"testing"
)

// TestClusterInHints holds the commands that lead back to the same cluster.
func TestClusterInHints(t *testing.T) {
	prod := Cluster{"ns", "prod", "/a b"}
	plugin := map[string]string{"HELM_PLUGIN_NAME": "runnertrust", "HELM_NAMESPACE": "of-helm", "HELM_KUBECONTEXT": "c'd", "KUBECONFIG": "/k"}
	for _, test := range []struct {
		cluster     Cluster
		environment map[string]string
		release     string
		leads       string // there, in Helm's words
	}{
		{Cluster{}, nil, "gl", ""},
		{prod, nil, "gl --namespace ns --kube-context prod --kubeconfig '/a b'", " --kube-context prod --kubeconfig '/a b'"},
		{prod, plugin, "gl --namespace ns --kube-context prod --kubeconfig '/a b'", " --kube-context prod --kubeconfig '/a b'"},
		{Cluster{}, plugin, "gl --namespace of-helm --kube-context 'c'\\''d' --kubeconfig /k", " --kube-context 'c'\\''d' --kubeconfig /k"},
		{Cluster{}, map[string]string{"KUBECONFIG": "/own"}, "gl", ""},
		{Cluster{}, map[string]string{"HELM_PLUGIN_NAME": "runnertrust", "KUBECONFIG": "/a:/b"}, "gl", ""},
	} {
		h := Helm{test.cluster, func(name string) string { return test.environment[name] }}
		if got := h.Typed("gl"); got != test.release {
			t.Errorf("%+v: got\n%s, want\n%s", test.cluster, got, test.release)
		}
		if got, want := h.ListCommand(), "helm list --all-namespaces"+test.leads; got != want {
			t.Errorf("%+v: got\n%s, want\n%s", test.cluster, got, want)
		}
		answers := strings.Replace(h.unreachable(), "cluster-info --context", "cluster-info --kube-context", 1)
		if want := "see whether the cluster of the kubeconfig in use answers: kubectl cluster-info" + test.leads; answers != want {
			t.Errorf("%+v: got\n%s, want\n%s", test.cluster, answers, want)
		}
	}
}
