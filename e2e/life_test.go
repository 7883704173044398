package e2e

import (
	"fmt"
	"testing"

	"helm-runnertrust/e2e/internal/cluster"
)

func TestInstall(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		r.install(t, filteredWith(g.certFile)...)

		deployment, configMap := r.deployment(t), r.configMap(t)
		same(t, "mounts", certMounts(t, deployment), []string{certsVolume + "=" + certsDir})
		same(t, "data of the ConfigMap", at(configMap, "data"), object{chartHost + ".crt": g.pem})
		if sum := textAt(template(deployment), "metadata", "annotations", certsAnnotation); len(sum) != 64 {
			t.Errorf("annotation %s is %q, want a SHA-256", certsAnnotation, sum)
		}
		labels := clone(t, at(deployment, "metadata", "labels").(object))
		same(t, "labels of the ConfigMap", at(configMap, "metadata", "labels"), labels)
		for name, want := range map[string]string{
			"meta.helm.sh/release-name":      r.name,
			"meta.helm.sh/release-namespace": r.namespace,
		} {
			if got := textAt(configMap, "metadata", "annotations", name); got != want {
				t.Errorf("annotation %s of the ConfigMap is %q, want %q", name, got, want)
			}
		}
		if got := textAt(configMap, "metadata", "labels", "app.kubernetes.io/managed-by"); got != "Helm" {
			t.Errorf("the ConfigMap is managed by %q", got)
		}
		connects(t, r.cluster.Get, deployment, g)
		distrusts(t, r.cluster.Get, deployment, newGitLab(t, chartHost))
	})
}

func TestInstallWithoutTheFilterDistrusts(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		r.install(t)
		distrusts(t, r.cluster.Get, r.deployment(t), g)
	})
}

func TestUpgradeWithTheSameCertificateRollsNothing(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		r.install(t, filteredWith(g.certFile)...)
		r.awaitReplicaSets(t, 1)
		before := r.deployment(t)

		r.upgrade(t, filteredWith(g.certFile)...)

		after := r.deployment(t)
		same(t, "pod templates", template(after), template(before))
		same(t, "generations", at(after, "metadata", "generation"), at(before, "metadata", "generation"))
		r.awaitReplicaSets(t, 1)
	})
}

func TestUpgradeWithAnotherCertificateRollsOnce(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		first, second := newGitLab(t, chartHost), newGitLab(t, chartHost)
		r.install(t, filteredWith(first.certFile)...)
		r.awaitReplicaSets(t, 1)
		deployment, configMap := r.deployment(t), r.configMap(t)

		r.upgrade(t, filteredWith(second.certFile)...)

		r.awaitReplicaSets(t, 2)
		after := r.deployment(t)
		if got, want := at(after, "metadata", "generation"), at(deployment, "metadata", "generation").(float64)+1; got != want {
			t.Errorf("generation %v, want %v", got, want)
		}
		same(t, "data of the ConfigMap", at(r.configMap(t), "data"), object{chartHost + ".crt": second.pem})
		same(t, "ConfigMap's uid", at(r.configMap(t), "metadata", "uid"), at(configMap, "metadata", "uid"))
		same(t, "mounts", certMounts(t, after), certMounts(t, deployment))
		connects(t, r.cluster.Get, after, second)
		distrusts(t, r.cluster.Get, after, first)
	})
}

func TestUpgradeOfValuesKeepsTrust(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		r.install(t, filteredWith(g.certFile)...)
		before := r.configMap(t)

		r.upgrade(t, append(filteredWith(g.certFile), "--set", "concurrent=20,podAnnotations.team=ci")...)

		deployment := r.deployment(t)
		if team := textAt(template(deployment), "metadata", "annotations", "team"); team != "ci" {
			t.Errorf("the values did not arrive: annotation team is %q", team)
		}
		same(t, "ConfigMap's resource version", at(r.configMap(t), "metadata", "resourceVersion"), at(before, "metadata", "resourceVersion"))
		connects(t, r.cluster.Get, deployment, g)
	})
}

func TestUpgradeWithoutTheFilterTakesTrustAway(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		r.install(t)
		plain := template(r.deployment(t))
		r.upgrade(t, filteredWith(g.certFile)...)
		connects(t, r.cluster.Get, r.deployment(t), g)

		r.upgrade(t)

		same(t, "pod templates", template(r.deployment(t)), plain)
		if configMap := r.configMap(t); configMap != nil {
			t.Errorf("the ConfigMap is still there:\n%s", pretty(configMap))
		}
		distrusts(t, r.cluster.Get, r.deployment(t), g)
	})
}

func TestRollbackBringsTheOldCertificateBack(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		first, second := newGitLab(t, chartHost), newGitLab(t, chartHost)
		r.install(t, filteredWith(first.certFile)...)
		deployment, configMap := r.deployment(t), r.configMap(t)
		r.upgrade(t, filteredWith(second.certFile)...)
		connects(t, r.cluster.Get, r.deployment(t), second)

		r.in(t, "rollback", r.name, "1")

		same(t, "pod templates", template(r.deployment(t)), template(deployment))
		same(t, "data of the ConfigMap", at(r.configMap(t), "data"), at(configMap, "data"))
		same(t, "ConfigMap's annotations", at(r.configMap(t), "metadata", "annotations"), at(configMap, "metadata", "annotations"))
		connects(t, r.cluster.Get, r.deployment(t), first)
	})
}

func TestUninstallLeavesNoObject(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		before := contents(t, r.cluster, r.namespace)
		r.install(t, filteredWith(g.certFile)...)
		r.upgrade(t, filteredWith(newGitLab(t, chartHost).certFile)...)

		r.in(t, "uninstall", r.name)

		cluster.Await(t, "an empty namespace", func() error {
			if after := contents(t, r.cluster, r.namespace); after != before {
				return fmt.Errorf("left:\n%s\nwant:\n%s", after, before)
			}
			return nil
		})
	})
}
