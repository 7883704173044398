//go:build gitops

package e2e

import (
	"os"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/helm"
)

// tryCronJob runs the command of each CronJob as its pod would: with the token of its ServiceAccount
// against the API server, which authorizes with RBAC.
func tryCronJob(t *testing.T, s *stage) {
	s.useImage(t)
	s.install(t, filteredWith(s.gitlab.certFile)...)
	t.Cleanup(func() {
		for _, name := range []string{"namespace.yaml", "cluster.yaml"} {
			s.bash(t, "kubectl delete --ignore-not-found -f "+name)
		}
		s.cluster.Kubectl(t, "delete", "jobs", "--all", "-n", s.namespace)
	})
	s.nextBlock(t)
	s.wantJudged(t)
	s.wantOnly(t, "-n", s.namespace)
	if printed, err := s.job(t, "--all-in="+s.namespace, "--all-in=default"); err == nil || !strings.Contains(printed, "forbidden") {
		t.Errorf("with the rights of a namespace, the job lists the releases of another: %v\n%s", err, printed)
	}
	s.bash(t, "kubectl delete -f namespace.yaml")

	s.nextBlock(t)
	s.wantJudged(t)
	s.wantOnly(t, "--all-namespaces")
}

// job runs the command of the CronJob in the cluster, with words replaced, in pairs.
func (s *stage) job(t *testing.T, replaced ...string) (printed string, err error) {
	t.Helper()
	o, err := s.cluster.Get("cronjob", s.namespace, "runnertrust")
	if err != nil || o == nil {
		t.Fatalf("the CronJob: %v", err)
	}
	pod := at(o, "spec", "jobTemplate", "spec", "template", "spec")
	account := textAt(pod, "serviceAccountName")
	containers, _ := at(pod, "containers").([]any)
	words, _ := at(containers[0], "command").([]any)
	var command []string
	for _, word := range words {
		command = append(command, strings.NewReplacer(replaced...).Replace(word.(string)))
	}
	token := strings.TrimSpace(s.cluster.Kubectl(t, "create", "token", account, "-n", s.namespace))
	config, err := os.ReadFile(s.cluster.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(string(config), "user: {token: ")
	_, after, _ := strings.Cut(string(config), "}\ncontexts:")
	if !found {
		t.Fatalf("the kubeconfig has no token:\n%s", config)
	}
	kubeconfig := writeFile(t, "kubeconfig", []byte(before+"user: {token: "+token+"}\ncontexts:"+after))
	return s.try([]string{"KUBECONFIG=" + kubeconfig}, command[0], command[1:]...)
}

// wantJudged fails the test unless the job passes while the runner trusts its GitLab, and fails
// after an upgrade without the post-renderer, and for a certificate that expires soon.
func (s *stage) wantJudged(t *testing.T) {
	t.Helper()
	if printed, err := s.job(t); err != nil {
		t.Errorf("%v\n%s", err, printed)
	}
	s.upgrade(t)
	if printed, err := s.job(t); helm.ExitCode(err) != 1 || !strings.Contains(printed, "runner-gitlab-runner") {
		t.Errorf("without a certificate: %v, want exit code 1\n%s", err, printed)
	}
	s.upgrade(t, filteredWith(soonExpiredCert(t))...)
	if printed, err := s.job(t); helm.ExitCode(err) != 1 {
		t.Errorf("with a certificate of a day: %v, want exit code 1\n%s", err, printed)
	}
	s.upgrade(t, filteredWith(s.gitlab.certFile)...)
}

// wantOnly fails the test unless the job's account may list and get Secrets, and do nothing else with them.
func (s *stage) wantOnly(t *testing.T, where ...string) {
	t.Helper()
	as := "--as=system:serviceaccount:" + s.namespace + ":runnertrust"
	for verb, want := range map[string]string{"list": "yes", "get": "yes", "delete": "no", "create": "no", "update": "no"} {
		out, _, _ := s.cluster.TryKubectl("", append([]string{"auth", "can-i", verb, "secrets", as}, where...)...)
		if strings.TrimSpace(out) != want {
			t.Errorf("%s secrets: %s, want %s", verb, out, want)
		}
	}
}
