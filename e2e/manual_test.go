package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// manualVolume is how a person named the volume of the manual cure.
const manualVolume = "certs-by-hand"

// cureByHand does what people do without the plugin: a ConfigMap made with
// kubectl, and a volume and a mount that go into the Deployment with kubectl
// edit. It returns when the pods roll.
func (r *release) cureByHand(t *testing.T, configMap string, g *gitlab) {
	t.Helper()
	r.awaitReplicaSets(t, 1)
	key := chartHost + ".crt"
	r.cluster.Kubectl(t, "create", "configmap", configMap, "-n", r.namespace, "--from-file="+key+"="+g.certFile)
	deployment := r.deployment(t)
	pod := at(deployment, "spec", "template", "spec").(object)
	volume := object{"name": manualVolume, "configMap": object{"name": configMap,
		"items": []any{object{"key": key, "path": key}}}}
	pod["volumes"] = append([]any{volume}, pod["volumes"].([]any)...)
	container := pod["containers"].([]any)[0].(object)
	container["volumeMounts"] = append(container["volumeMounts"].([]any),
		object{"name": manualVolume, "mountPath": certsDir})
	r.cluster.KubectlInput(t, pretty(deployment), "replace", "--field-manager=kubectl-edit", "-f", "-")
	r.awaitReplicaSets(t, 2)
	connects(t, r.cluster.Get, r.deployment(t), g)
}

// takeBack takes the manual edit out of the Deployment, which is paused so
// that no pod starts without a certificate.
func (r *release) takeBack(t *testing.T) {
	t.Helper()
	name := r.name + "-gitlab-runner"
	r.cluster.Kubectl(t, "rollout", "pause", "deployment/"+name, "-n", r.namespace)
	patch := fmt.Sprintf(`{"spec":{"template":{"spec":{
		"volumes":[{"name":%q,"$patch":"delete"}],
		"containers":[{"name":%q,"volumeMounts":[{"mountPath":%q,"$patch":"delete"}]}]}}}}`, manualVolume, name, certsDir)
	r.cluster.Kubectl(t, "patch", "deployment", name, "-n", r.namespace, "--patch", patch)
}

func (r *release) resume(t *testing.T) {
	t.Helper()
	r.cluster.Kubectl(t, "rollout", "resume", "deployment/"+r.name+"-gitlab-runner", "-n", r.namespace)
}

// From the manual cure to the filter as the documentation has it: pause, take
// the edit back, upgrade, resume. Pods roll once, nothing of the edit is left,
// and the release can do without the filter afterwards.
func TestManualCureTakenBack(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		old, g := newGitLab(t, chartHost), newGitLab(t, chartHost)
		r.install(t)
		plain := template(r.deployment(t))
		r.cureByHand(t, "gitlab-cert", old)

		r.takeBack(t)
		r.upgrade(t, filteredWith(g.certFile)...)
		r.resume(t)
		r.cluster.Kubectl(t, "delete", "configmap", "gitlab-cert", "-n", r.namespace)

		r.awaitReplicaSets(t, 3) // the chart's, the manual one, ours
		r.wantOnlyTheFilter(t, g)
		r.upgrade(t, filteredWith(old.certFile)...)
		connects(t, r.cluster.Get, r.deployment(t), old)
		r.upgrade(t)
		same(t, "pod templates without the filter", template(r.deployment(t)), plain)
	})
}

// The person had chosen the name that the filter gives to its ConfigMap.
func TestManualCureWithTheSameName(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		old, g := newGitLab(t, chartHost), newGitLab(t, chartHost)
		r.install(t)
		r.cureByHand(t, "my-gitlab-runner-certs", old)
		r.takeBack(t)

		_, stderr, err := r.Try(r.args("upgrade", filteredWith(g.certFile))...)
		if err == nil || !strings.Contains(stderr, `ConfigMap "my-gitlab-runner-certs"`) || !strings.Contains(stderr, "invalid ownership metadata") {
			t.Errorf("upgrade without --take-ownership: %v\n%s", err, stderr)
		}
		flags := append(filteredWith(g.certFile), "--take-ownership")
		if r.writesBy(t) == serverSideApply {
			// The data belong to kubectl-create until they are forced.
			flags = append(flags, "--force-conflicts")
		}
		r.upgrade(t, flags...)
		r.resume(t)

		r.wantOnlyTheFilter(t, g)
		r.upgrade(t, filteredWith(old.certFile)...)
		connects(t, r.cluster.Get, r.deployment(t), old)
		r.in(t, "uninstall", r.name)
		if r.configMap(t) != nil {
			t.Error("the ConfigMap is still there")
		}
	})
}

// An upgrade over the manual edit. Helm 3 replaces the mount and leaves the
// unused volume; Helm 4 does the same only when it is told to force, and
// changes nothing otherwise.
func TestUpgradeOverTheManualCure(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		old, g := newGitLab(t, chartHost), newGitLab(t, chartHost)
		r.install(t)
		r.cureByHand(t, "gitlab-cert", old)
		before := template(r.deployment(t))

		flags := filteredWith(g.certFile)
		if r.writesBy(t) == serverSideApply {
			_, stderr, err := r.Try(r.args("upgrade", flags)...)
			if err == nil || !strings.Contains(stderr, `conflict with "kubectl-edit"`) {
				t.Errorf("upgrade without --force-conflicts: %v\n%s", err, stderr)
			}
			same(t, "pod templates after the conflict", template(r.deployment(t)), before)
			flags = append(flags, "--force-conflicts")
		}
		r.upgrade(t, flags...)

		same(t, "mounts", certMounts(t, r.deployment(t)), []string{certsVolume + "=" + certsDir})
		connects(t, r.cluster.Get, r.deployment(t), g)
		volumes := volumeNames(r.deployment(t))
		if !volumes[manualVolume] || !volumes[certsVolume] {
			t.Errorf("volumes %v", volumes)
		}
		r.upgrade(t, filteredWith(old.certFile)...)
		connects(t, r.cluster.Get, r.deployment(t), old)
	})
}

// wantOnlyTheFilter fails the test when the Deployment has more than the
// filter's volume and mount, or does not reach g.
func (r *release) wantOnlyTheFilter(t *testing.T, g *gitlab) {
	t.Helper()
	deployment := r.deployment(t)
	same(t, "mounts", certMounts(t, deployment), []string{certsVolume + "=" + certsDir})
	if volumes := volumeNames(deployment); volumes[manualVolume] || !volumes[certsVolume] {
		t.Errorf("volumes %v", volumes)
	}
	connects(t, r.cluster.Get, deployment, g)
}

func volumeNames(deployment object) map[string]bool {
	names := map[string]bool{}
	volumes, _ := at(deployment, "spec", "template", "spec", "volumes").([]any)
	for _, volume := range volumes {
		names[textAt(volume, "name")] = true
	}
	return names
}

const serverSideApply = "Apply"

// writesBy is how Helm writes the release's objects: Apply for a server-side
// apply with its conflicts, Update for the three-way merge of Helm 3.
func (r *release) writesBy(t *testing.T) string {
	t.Helper()
	var deployment object
	r.cluster.JSON(t, &deployment, "get", "deployment", r.name+"-gitlab-runner", "-n", r.namespace, "--show-managed-fields")
	fields, _ := at(deployment, "metadata", "managedFields").([]any)
	for _, entry := range fields {
		if strings.HasPrefix(textAt(entry, "manager"), "helm") {
			return textAt(entry, "operation")
		}
	}
	t.Fatalf("Helm manages no field: %v", fields)
	return ""
}
