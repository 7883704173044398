//go:build gitops

package e2e

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/helm"
)

// tryCronJob builds the image, and runs the command of each CronJob in it as its pod would: with the
// token of its ServiceAccount against the API server, which authorizes with RBAC.
func tryCronJob(t *testing.T, s *stage) {
	s.useImage(t)
	s.useBuildah(t)
	s.install(t, filteredWith(s.gitlab.certFile)...)
	t.Cleanup(func() {
		for _, name := range []string{"namespace.yaml", "cluster.yaml"} {
			s.bash(t, "kubectl delete --ignore-not-found -f "+name)
		}
		s.cluster.Kubectl(t, "delete", "jobs", "--all", "-n", s.namespace)
	})
	s.provide(t, s.gitlab)
	s.nextBlock(t)
	s.nextBlock(t)
	s.wantJudged(t)
	s.wantOnly(t, "-n", s.namespace)
	if printed, err := s.job(t, "--all-in="+s.namespace, "--all-in=default"); helm.ExitCode(err) != 4 || !strings.Contains(printed, "forbidden") {
		t.Errorf("with the rights of a namespace, the job lists the releases of another: %v\n%s", err, printed)
	}
	s.bash(t, "kubectl delete -f namespace.yaml")

	s.nextBlock(t)
	s.wantJudged(t)
	s.wantOnly(t, "--all-namespaces")
}

// useBuildah has buildah keep images in a folder that ends with the test, and need no more than root
// in a container has.
func (s *stage) useBuildah(t *testing.T) {
	t.Helper()
	storage := fmt.Sprintf("[storage]\ndriver = \"vfs\"\ngraphroot = %q\nrunroot = %q\n", t.TempDir(), t.TempDir())
	s.env = append(s.env, "BUILDAH_ISOLATION=chroot", "CONTAINERS_STORAGE_CONF="+writeFile(t, "storage.conf", []byte(storage)))
}

// job runs the command of the CronJob in the cluster in its image, with words replaced, in pairs. The
// container has what a kubelet gives it: the folder of the ServiceAccount, and the API server's address.
func (s *stage) job(t *testing.T, replaced ...string) (printed string, err error) {
	t.Helper()
	o, err := s.cluster.Get("cronjob", s.namespace, "runnertrust")
	if err != nil || o == nil {
		t.Fatalf("the CronJob: %v", err)
	}
	pod := at(o, "spec", "jobTemplate", "spec", "template", "spec")
	containers, _ := at(pod, "containers").([]any)
	container := strings.TrimSpace(s.output(t, "buildah", "from", "--pull-never", textAt(containers[0], "image")))
	account, server := s.serviceAccount(t, textAt(pod, "serviceAccountName"))
	scratch := t.TempDir()
	if err := os.Chmod(scratch, 0o777); err != nil {
		t.Fatal(err)
	}
	args := []string{"run", "--volume", account + ":/var/run/secrets/kubernetes.io/serviceaccount:ro", "--volume", scratch + ":/tmp",
		"--env", "KUBERNETES_SERVICE_HOST=" + server.Hostname(), "--env", "KUBERNETES_SERVICE_PORT=" + server.Port(), container, "--"}
	words, _ := at(containers[0], "command").([]any)
	for _, word := range words {
		args = append(args, strings.NewReplacer(replaced...).Replace(word.(string)))
	}
	return s.try(nil, "buildah", args...)
}

// serviceAccount returns the folder that a kubelet mounts in the pods of an account, and the API server.
func (s *stage) serviceAccount(t *testing.T, name string) (folder string, server *url.URL) {
	t.Helper()
	server, _, ca := admin(t, s.cluster)
	folder = t.TempDir()
	token := strings.TrimSpace(s.cluster.Kubectl(t, "create", "token", name, "-n", s.namespace))
	for file, content := range map[string]string{"token": token, "ca.crt": string(ca), "namespace": s.namespace} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder, server
}

// wantJudged fails the test unless the job passes while the runner trusts its GitLab, by a file or by an
// object that only the cluster has, and fails after an upgrade without the post-renderer, and for a
// certificate that expires soon.
func (s *stage) wantJudged(t *testing.T) {
	t.Helper()
	for _, flag := range []string{"--from-secret=" + servedSecret, "--from-configmap=bundle/all.pem", "--cert=" + s.gitlab.certFile} {
		s.upgrade(t, filtered(flag)...)
		if printed, err := s.job(t); err != nil {
			t.Errorf("%s: %v\n%s", flag, err, printed)
		}
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

// wantOnly fails the test unless the job's account may list and get Secrets and get ConfigMaps, and do
// nothing else beyond what every account may; where is a namespace, or all of them.
func (s *stage) wantOnly(t *testing.T, where ...string) {
	t.Helper()
	as := "--as=system:serviceaccount:" + s.namespace + ":runnertrust"
	var allowed []string
	for line := range strings.Lines(s.cluster.Kubectl(t, "auth", "can-i", "--list", "--no-headers", as, "-n", s.namespace)) {
		if words := strings.Join(strings.Fields(line), " "); line[0] != ' ' && !strings.HasPrefix(words, "selfsubject") {
			allowed = append(allowed, words)
		}
	}
	slices.Sort(allowed)
	same(t, "rights", allowed, []string{"configmaps [] [] [get]", "secrets [] [] [list get]"})
	if out, _, _ := s.cluster.TryKubectl("", append([]string{"auth", "can-i", "list", "secrets", as}, where...)...); out != "yes\n" {
		t.Errorf("list secrets, %v: %s", where, out)
	}
}
