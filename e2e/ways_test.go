package e2e

import (
	"testing"

	"helm-runnertrust/gitlabrunner"
	"helm-runnertrust/render"
)

// Where the ways env and config have the file.
const (
	ownDir  = "/etc/helm-runnertrust"
	ownFile = ownDir + "/ca.crt"
)

// From one way to the next by upgrades. Each tells the runner of its file, and
// the others of none; pods roll with the template that registration reads, of
// which the chart's own checksum does not know.
func TestWays(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		r.chart = "umbrella"
		file, ingress := newGitLab(t, chartHost), newGitLab(t, chartHost)
		r.serve(t, ingress)
		r.install(t, filtered("--via=env")...)
		r.wantTold(t, told{variable: ownFile, dir: ownDir}, ingress)
		r.awaitReplicaSets(t, 1)

		r.upgrade(t, filteredWith(file.certFile, "--via=config")...)
		r.wantTold(t, told{setting: ownFile, dir: ownDir, annotated: true}, file)
		r.awaitReplicaSets(t, 2)

		chart := chartChecksum(r.deployment(t))
		r.upgrade(t, filteredWith(file.certFile, "--via=config", "--jobs")...)
		r.wantTold(t, told{setting: ownFile, dir: ownDir, script: render.JobsScript(), annotated: true}, file)
		same(t, "the chart's checksums", chartChecksum(r.deployment(t)), chart)
		r.awaitReplicaSets(t, 3)

		r.upgrade(t, filtered("--jobs")...)
		r.wantTold(t, told{dir: certsDir, script: render.JobsScript(), annotated: true}, ingress)

		r.upgrade(t, filtered()...)
		r.wantTold(t, told{dir: certsDir}, ingress)
	})
}

// chartChecksum is the chart's own, of the ConfigMap as the chart renders it.
func chartChecksum(deployment object) string {
	return textAt(template(deployment), "metadata", "annotations", "checksum/configmap")
}

// told is how the runner is told of its file, and its jobs of theirs.
type told struct {
	variable  string // CI_SERVER_TLS_CA_FILE
	setting   string // tls-ca-file
	dir       string // the volume is mounted at
	script    string // pre_build_script
	annotated bool   // pods roll with what the filter wrote
}

// wantTold fails the test unless the runner is told so, and of nothing else,
// and reaches g. What the chart has in the template stays.
func (r *release) wantTold(t *testing.T, want told, g *gitlab) {
	t.Helper()
	deployment := r.deployment(t)
	got := told{annotated: annotationOf(deployment) != ""}
	for _, variable := range runnerOf(t, deployment).Containers[0].Env {
		if variable.Name == gitlabrunner.CAFileVariable {
			got.variable = variable.Value
		}
	}
	containers, _ := at(deployment, "spec", "template", "spec", "containers").([]any)
	mounts, _ := at(containers[0], "volumeMounts").([]any)
	for _, mount := range mounts {
		if at(mount, "name") == certsVolume {
			got.dir += textAt(mount, "mountPath")
		}
	}
	config := templateIn(t, layOut(t, r.cluster.Get, deployment))
	got.setting, got.script = config.TLSCAFile, config.PreBuildScript
	if got != want {
		t.Errorf("the runner is told %+v\nwant %+v", got, want)
	}
	if config.Kubernetes.Namespace != r.namespace || config.Kubernetes.Image != "alpine" {
		t.Errorf("the template has %+v for Kubernetes", config.Kubernetes)
	}
	connects(t, r.cluster.Get, deployment, g)
}

// With --no-rollout the running pods pick up the changed file.
func TestNoRollout(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		first, second := newGitLab(t, chartHost), newGitLab(t, chartHost)
		r.install(t, filteredWith(first.certFile, "--no-rollout")...)
		r.awaitReplicaSets(t, 1)
		deployment := r.deployment(t)
		if sum := annotationOf(deployment); sum != "" {
			t.Errorf("annotation %s is %q, want none", certsAnnotation, sum)
		}
		connects(t, r.cluster.Get, deployment, first)

		r.upgrade(t, filteredWith(second.certFile, "--no-rollout")...)
		same(t, "pod templates", template(r.deployment(t)), template(deployment))
		r.awaitReplicaSets(t, 1)
		connects(t, r.cluster.Get, deployment, second)

		r.upgrade(t, filteredWith(second.certFile)...)
		r.awaitReplicaSets(t, 2)
	})
}
