//go:build gitops

package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/cluster"
)

// tryAdmission has the API server warn of an upgrade without the post-renderer, and then refuse it.
func tryAdmission(t *testing.T, s *stage) {
	cured := filteredWith(s.gitlab.certFile)
	s.install(t)
	t.Cleanup(func() {
		s.bash(t, "kubectl label namespace gitlab-runner runnertrust- && kubectl delete --filename policy.yaml")
		s.awaitAdmission(t, "", true)
	})
	s.nextBlock(t)
	s.awaitAdmission(t, "Warning: ", true)
	s.upgrade(t, cured...)
	_, stderr, err := s.Try(s.args("upgrade", nil)...)
	if err != nil {
		t.Errorf("refused where a warning is wanted: %v\n%s", err, stderr)
	}
	has(t, stderr, s.admissionMessage(t))

	s.nextBlock(t)
	s.awaitAdmission(t, "denied request: ", false)
	deployment := "deployment/" + s.name + "-gitlab-runner"
	for command, refused := range map[string]bool{
		"rollout restart " + deployment:            true,
		"scale --replicas=3 " + deployment:         false,
		"label " + deployment + " team=ci":         false,
		"set image " + deployment + " *=runner:v2": true,
	} {
		_, stderr, err := s.cluster.TryKubectl("", append(strings.Fields(command), "--namespace", s.namespace)...)
		if (err != nil) != refused || refused && !strings.Contains(stderr, s.admissionMessage(t)) {
			t.Errorf("kubectl %s: %v, want it refused: %v\n%s", command, err, refused, stderr)
		}
	}
	s.cluster.Kubectl(t, "delete", deployment, "--namespace", s.namespace, "--cascade=foreground")
	s.wantAdmitted(t, cured)
}

// wantAdmitted fails the test unless an upgrade passes in each way to have a certificate, and
// without one leaves the runner as it is.
func (s *stage) wantAdmitted(t *testing.T, cured []string) {
	t.Helper()
	secret := s.gitlab.secret(t, servedSecret)
	s.cluster.KubectlInput(t, pretty(secret), "create", "--namespace", s.namespace, "--filename", "-")
	for _, args := range [][]string{
		filtered("--from-secret=" + servedSecret),
		append(filteredWith(s.gitlab.certFile, "--certs-dir="+rootCertsDir), "--set", "securityContext.runAsUser=0"),
		filteredWith(s.gitlab.certFile, "--via=env"),
		filteredWith(s.gitlab.certFile, "--via=config"),
		s.valuesFiles(t, []string{"--cert=" + s.gitlab.certFile}),
		{"--set", "certsSecretName=" + servedSecret},
		{"--set", "gitlabUrl=http://gitlab.example.com"},
	} {
		s.upgrade(t, append(args, "--reset-values", "--history-max=0")...)
	}
	s.upgrade(t, append(cured, "--reset-values", "--history-max=0")...)
	before := template(s.deployment(t))
	for _, command := range [][]string{{"rollback", s.name, "1", "--namespace", s.namespace}, s.args("upgrade", nil)} {
		s.upgrade(t, append(cured, "--history-max=0")...) // Helm 3 compares with a revision that was refused
		_, stderr, err := s.Try(append(command, "--history-max=0")...)
		if err == nil || !strings.Contains(stderr, s.admissionMessage(t)) {
			t.Errorf("helm %s without a certificate: %v\n%s", command[0], err, stderr)
		}
	}
	same(t, "pod templates", template(s.deployment(t)), before)
	connects(t, s.cluster.Get, s.deployment(t), s.gitlab)
	s.cluster.Kubectl(t, "scale", "deployment", "--all", "--replicas=2", "--namespace", s.namespace)
}

// admissionMessage is the policy's, which the README shows wrapped.
func (s *stage) admissionMessage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../examples/admission/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "```text\n")
	text, _, found := strings.Cut(text, "```")
	if !found {
		t.Fatal("the README has no message")
	}
	return strings.Join(strings.Fields(text), " ")
}

// awaitAdmission waits until the API server says this of a Deployment without a certificate: a
// policy takes effect some time after it is there.
func (s *stage) awaitAdmission(t *testing.T, said string, accepted bool) {
	t.Helper()
	rendered := s.Run(t, s.args("template", []string{"--show-only", "templates/deployment.yaml"})...)
	manifest := strings.ReplaceAll(rendered, s.name+"-gitlab-runner", "probe")
	cluster.Await(t, fmt.Sprintf("the policy to say %q", said), func() error {
		_, stderr, err := s.cluster.TryKubectl(manifest, "create", "--dry-run=server", "--filename", "-")
		if (err == nil) != accepted || !strings.Contains(stderr, said) || said == "" && stderr != "" {
			return fmt.Errorf("%w: %s", err, stderr)
		}
		return nil
	})
}
