package e2e

import (
	"fmt"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/cluster"
)

// The API server refuses the Deployment: the ConfigMap of the filter may be
// there already, the release has failed, and the next run mends it.
func TestRefusedDeploymentIsRepaired(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		first, second := newGitLab(t, chartHost), newGitLab(t, chartHost)
		const invalid = "podAnnotations.not a name=x"

		r.fails(t, "install", append(filteredWith(first.certFile), "--set", invalid))
		r.wantStatus(t, "failed")
		// Without values of its own, an upgrade takes those of the failed one.
		r.upgrade(t, append(filteredWith(first.certFile), "--reset-values")...)
		r.wantStatus(t, "deployed")
		connects(t, r.cluster.Get, r.deployment(t), first)

		r.fails(t, "upgrade", append(filteredWith(second.certFile), "--set", invalid))
		r.wantStatus(t, "failed")
		r.upgrade(t, append(filteredWith(second.certFile), "--reset-values")...)
		r.wantStatus(t, "deployed")
		connects(t, r.cluster.Get, r.deployment(t), second)
		same(t, "data of the ConfigMap", at(r.configMap(t), "data"), object{chartHost + ".crt": second.pem})
	})
}

// The API server refuses the ConfigMap of the filter.
func TestRefusedConfigMapIsRepaired(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		r.install(t)
		admit := r.refuseCerts(t)

		r.fails(t, "upgrade", filteredWith(g.certFile))
		r.wantStatus(t, "failed")
		if r.configMap(t) != nil {
			t.Error("the ConfigMap was not refused")
		}

		admit()
		r.upgrade(t, filteredWith(g.certFile)...)
		r.wantStatus(t, "deployed")
		connects(t, r.cluster.Get, r.deployment(t), g)
	})
}

// wantStatus fails the test unless Helm reports this status of the release.
func (r *release) wantStatus(t *testing.T, want string) {
	t.Helper()
	if status := r.in(t, "status", r.name); !strings.Contains(status, "STATUS: "+want+"\n") {
		t.Errorf("want the status %s:\n%s", want, status)
	}
}

// refuseCerts has the API server refuse ConfigMaps for runners in the release's
// namespace, until the returned function is called.
func (r *release) refuseCerts(t *testing.T) (admit func()) {
	t.Helper()
	policy := fmt.Sprintf(`
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: no-certs-%[1]s}
spec:
  matchConstraints:
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %[1]s}}
    resourceRules:
    - {apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}
  validations:
  - {expression: "!object.metadata.name.endsWith('-certs')", message: not today}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: no-certs-%[1]s}
spec: {policyName: no-certs-%[1]s, validationActions: [Deny]}
`, r.namespace)
	r.cluster.KubectlInput(t, policy, "create", "-f", "-")
	refused := func() bool {
		_, stderr, err := r.cluster.TryKubectl("", "create", "configmap", "some-certs", "-n", r.namespace, "--dry-run=server")
		return err != nil && strings.Contains(stderr, "not today")
	}
	await := func(want bool) {
		cluster.Await(t, fmt.Sprintf("the policy's effect to be %v", want), func() error {
			if refused() != want {
				return fmt.Errorf("it is not")
			}
			return nil
		})
	}
	await(true)
	return func() {
		r.cluster.KubectlInput(t, policy, "delete", "-f", "-")
		await(false)
	}
}
