package e2e

import (
	"fmt"
	"testing"

	"helm-runnertrust/e2e/internal/cluster"
	"helm-runnertrust/e2e/internal/helm"
)

// release is a release of a test chart.
type release struct {
	*helm.Helm
	bin       string // helm3 or helm4
	chart     string // folder: chart, or umbrella
	cluster   *cluster.Cluster
	name      string
	namespace string
}

// underEachHelm runs a test with Helm 3 and with Helm 4, each with the plugin
// and with a namespace of its own for the release my. Nothing is installed yet.
func underEachHelm(t *testing.T, test func(t *testing.T, r *release)) {
	t.Helper()
	for _, bin := range helms {
		t.Run(bin, func(t *testing.T) {
			t.Parallel()
			c := sharedCluster(t)
			test(t, &release{
				Helm:      withPlugin(t, bin, c.Kubeconfig()),
				bin:       bin,
				chart:     "chart",
				cluster:   c,
				name:      "my",
				namespace: c.Namespace(t, "life-"+bin),
			})
		})
	}
}

// args completes the arguments of a Helm command about the release.
func (r *release) args(verb string, args []string) []string {
	return append([]string{verb, r.name, r.chart, "--namespace", r.namespace}, args...)
}

func (r *release) install(t *testing.T, args ...string) {
	t.Helper()
	r.Run(t, r.args("install", args)...)
}

func (r *release) upgrade(t *testing.T, args ...string) {
	t.Helper()
	r.Run(t, r.args("upgrade", args)...)
}

// in is a Helm command about the release that needs no chart.
func (r *release) in(t *testing.T, args ...string) string {
	t.Helper()
	return r.Run(t, append(args, "--namespace", r.namespace)...)
}

// get returns an object of the release's namespace as the API server holds it.
func (r *release) get(t *testing.T, kind, name string) object {
	t.Helper()
	o, err := r.cluster.Get(kind, r.namespace, name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// deployment returns the runner's Deployment.
func (r *release) deployment(t *testing.T) object {
	t.Helper()
	d := r.get(t, "Deployment", r.name+"-gitlab-runner")
	if d == nil {
		t.Fatalf("release %s has no Deployment", r.name)
	}
	return d
}

// configMap returns the ConfigMap of the filter, nil when there is none.
func (r *release) configMap(t *testing.T) object {
	t.Helper()
	return r.get(t, "ConfigMap", r.name+"-gitlab-runner-certs")
}

// template is what a Deployment makes its pods from: another one is a new
// ReplicaSet.
func template(deployment object) any { return at(deployment, "spec", "template") }

// awaitReplicaSets waits until the Deployment controller has dealt with the
// newest Deployment and there are as many ReplicaSets.
func (r *release) awaitReplicaSets(t *testing.T, count int) {
	t.Helper()
	cluster.Await(t, fmt.Sprintf("%d ReplicaSets", count), func() error {
		d := r.deployment(t)
		if seen, newest := at(d, "status", "observedGeneration"), at(d, "metadata", "generation"); seen != newest {
			return fmt.Errorf("the controller has seen generation %v of %v", seen, newest)
		}
		var sets struct{ Items []object }
		r.cluster.JSON(t, &sets, "get", "replicasets", "-n", r.namespace)
		if len(sets.Items) != count {
			return fmt.Errorf("%d ReplicaSets", len(sets.Items))
		}
		return nil
	})
}
