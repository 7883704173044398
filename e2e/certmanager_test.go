//go:build gitops

package e2e

import (
	"testing"
	"time"

	"helm-runnertrust/trust/trusttest"
)

// soonExpiredCert is a file with a CA that has a day left.
func soonExpiredCert(t *testing.T) string {
	t.Helper()
	now := time.Now()
	ca := trusttest.SelfSigned(trusttest.Template{CommonName: "Private Root", CA: true,
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour)})
	return writeFile(t, "soon.crt", trusttest.PEM(ca.Certificate))
}

// tryCertManager has the objects stored, and plays the part of both controllers: the Secret that
// cert-manager makes, the ConfigMap that trust-manager copies.
func tryCertManager(t *testing.T, s *stage) {
	schemas(t)
	t.Cleanup(func() {
		s.bash(t, "kubectl delete --ignore-not-found -f authority.yaml -f certificate.yaml -f bundle.yaml")
		s.cluster.Kubectl(t, "delete", "secret", "gitlab-tls", "-n", "gitlab", "--ignore-not-found")
	})
	s.nextBlock(t)

	s.cluster.KubectlInput(t, pretty(object{"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": object{"name": "gitlab-ca", "namespace": s.namespace}, "data": object{"ca.crt": s.gitlab.pem}}), "apply", "-f", "-")
	s.nextBlock(t)
	s.nextBlock(t)
	connects(t, s.cluster.Get, s.deployment(t), s.gitlab)

	// In GitLab's own namespace the Secret does.
	s.cluster.KubectlInput(t, pretty(s.gitlab.secret(t, "gitlab-tls")), "apply", "-n", "gitlab", "-f", "-")
	s.nextBlock(t)
	t.Cleanup(func() { s.Run(t, "uninstall", s.name, "--namespace", "gitlab", "--ignore-not-found") })
	deployment, err := s.cluster.Get("deployment", "gitlab", s.name+"-gitlab-runner")
	if err != nil || deployment == nil {
		t.Fatalf("the runner beside GitLab: %v", err)
	}
	connects(t, s.cluster.Get, deployment, s.gitlab)
}
