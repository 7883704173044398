package e2e

import (
	"testing"

	"helm-runnertrust/gitlabrunner"
)

func TestTwoReleasesInOneNamespace(t *testing.T) {
	underEachHelm(t, func(t *testing.T, my *release) {
		theirs := *my
		theirs.name = "their"
		here, there := newGitLab(t, chartHost), newGitLab(t, "git.example.org")
		my.install(t, filteredWith(here.certFile)...)
		theirs.install(t, append(filteredWith(there.certFile), "--set", "gitlabUrl=https://git.example.org/")...)
		connects(t, my.cluster.Get, my.deployment(t), here)
		connects(t, my.cluster.Get, theirs.deployment(t), there)

		my.in(t, "uninstall", my.name)

		connects(t, my.cluster.Get, theirs.deployment(t), there)
		if configMap := my.configMap(t); configMap != nil {
			t.Errorf("the ConfigMap of the release that is gone is still there")
		}
	})
}

// The release is in one namespace, its objects are in another.
func TestReleaseWithObjectsInAnotherNamespace(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		objects := *r
		objects.namespace = r.cluster.Namespace(t, "objects")
		r.install(t, append(filteredWith(g.certFile), "--set", "namespace="+objects.namespace)...)

		connects(t, r.cluster.Get, objects.deployment(t), g)
		if r.configMap(t) != nil {
			t.Error("there is a ConfigMap in the release's namespace")
		}
		if got := textAt(objects.configMap(t), "metadata", "annotations", "meta.helm.sh/release-namespace"); got != r.namespace {
			t.Errorf("the ConfigMap belongs to a release in %q, want %q", got, r.namespace)
		}
		r.in(t, "uninstall", r.name)
		if objects.configMap(t) != nil {
			t.Error("the ConfigMap is still there")
		}
	})
}

// Two releases of one name, each in a namespace.
func TestSameReleaseInTwoNamespaces(t *testing.T) {
	underEachHelm(t, func(t *testing.T, first *release) {
		second := *first
		second.namespace = first.cluster.Namespace(t, "second")
		here, there := newGitLab(t, chartHost), newGitLab(t, chartHost)
		first.install(t, filteredWith(here.certFile)...)
		second.install(t, filteredWith(there.certFile)...)
		connects(t, first.cluster.Get, first.deployment(t), here)
		connects(t, first.cluster.Get, second.deployment(t), there)
	})
}

// Helm 4 carries on with a release of Helm 3: nothing rolls, and trust can be
// renewed and taken away.
func TestHelm4ContinuesAReleaseOfHelm3(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	first, second := newGitLab(t, chartHost), newGitLab(t, chartHost)
	r := &release{Helm: withPlugin(t, "helm3", c.Kubeconfig()), bin: "helm3", chart: "chart", cluster: c,
		name: "my", namespace: c.Namespace(t, "both")}
	r.install(t)
	plain := template(r.deployment(t))
	r.upgrade(t, filteredWith(first.certFile)...)
	before := template(r.deployment(t))

	r.Helm, r.bin = withPlugin(t, "helm4", c.Kubeconfig()), "helm4"

	r.upgrade(t, filteredWith(first.certFile)...)
	same(t, "pod templates", template(r.deployment(t)), before)
	r.upgrade(t, filteredWith(second.certFile)...)
	connects(t, r.cluster.Get, r.deployment(t), second)
	r.upgrade(t)
	same(t, "pod templates without the filter", template(r.deployment(t)), plain)
}

// The chart mounts the Secret of certsSecretName at the very folder; both have
// to be seen there.
func TestCertsSecretNameIsKept(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		here, there := newGitLab(t, chartHost), newGitLab(t, "git.example.org")
		r.cluster.Kubectl(t, "create", "secret", "generic", "own-certs", "-n", r.namespace,
			"--from-file=git.example.org.crt="+there.certFile)
		r.install(t, append(filteredWith(here.certFile), "--set", "certsSecretName=own-certs")...)

		deployment := r.deployment(t)
		connects(t, r.cluster.Get, deployment, here)
		if mounts := certMounts(t, deployment); len(mounts) != 1 {
			t.Errorf("mounts %v, want one", mounts)
		}
		// The same pod, asked for the Secret's host.
		containers := at(deployment, "spec", "template", "spec", "containers").([]any)
		for _, variable := range at(containers[0], "env").([]any) {
			if textAt(variable, "name") == gitlabrunner.ServerURLVariable {
				variable.(object)["value"] = "https://git.example.org"
			}
		}
		connects(t, r.cluster.Get, deployment, there)
	})
}

func TestRunnerAsRoot(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		g := newGitLab(t, chartHost)
		r.install(t, append(filteredWith(g.certFile), "--set", "securityContext.runAsUser=0")...)
		same(t, "mounts", certMounts(t, r.deployment(t)), []string{certsVolume + "=" + rootCertsDir})
		connects(t, r.cluster.Get, r.deployment(t), g)
	})
}
