package e2e

import (
	"encoding/base64"
	"slices"
	"testing"
)

const (
	cacheHost   = "minio.example.com"
	cacheValues = "testdata/minio.yaml"
	jobFile     = "/etc/ssl/certs/helm-runnertrust"
)

// Of a GitLab with its own object storage, the runner trusts the one without a flag, and the jobs' cache
// the other with --jobs, renewed as it may be. Taken back, --jobs leaves nothing.
func TestCacheOfTheWholeChart(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		r.chart = "umbrella"
		gitlab, cache, renewed := newGitLab(t, chartHost), newGitLab(t, cacheHost), newGitLab(t, cacheHost)
		secret := r.name + "-minio-tls"
		r.serve(t, gitlab)
		r.serveAs(t, secret, cache)

		_, stderr, err := r.Try(r.args("install", append(filtered(), "--values", cacheValues))...)
		if err != nil {
			t.Fatalf("%v\n%s", err, stderr)
		}
		has(t, stderr, "the cache of its jobs at "+cacheHost+" has its certificate from Secret/"+secret, "--jobs")
		before := r.deployment(t)
		connects(t, r.cluster.Get, before, gitlab)
		r.wantCache(t, cache, false)

		r.upgrade(t, append(filtered("--jobs"), "--values", cacheValues)...)
		of := func(name, path string) jobVolume {
			return jobVolume{Name: name, MountPath: path, SubPath: "tls.crt", ReadOnly: true, Items: map[string]string{"tls.crt": "tls.crt"}}
		}
		same(t, "volumes of a job", r.jobVolumes(t), []jobVolume{of(r.ingressSecret(), jobFile+".crt"), of(secret, jobFile+"-2.crt")})
		withJobs := r.deployment(t)
		connects(t, r.cluster.Get, withJobs, gitlab)
		r.wantCache(t, cache, true)
		r.wantCache(t, renewed, false)
		r.awaitReplicaSets(t, 2)

		r.serveAs(t, secret, renewed)
		r.upgrade(t, append(filtered("--jobs"), "--values", cacheValues)...)
		same(t, "pod templates after a renewal", template(r.deployment(t)), template(withJobs))
		r.wantCache(t, renewed, true)
		r.wantCache(t, cache, false)

		r.upgrade(t, append(filtered(), "--values", cacheValues)...)
		same(t, "pod templates without --jobs", template(r.deployment(t)), template(before))
		same(t, "volumes of a job", r.jobVolumes(t), []jobVolume(nil))
		plain := objects(t, r.Run(t, r.args("template", []string{"--values", cacheValues})...))
		configuration := "ConfigMap " + r.namespace + "/" + r.name + "-gitlab-runner"
		same(t, "the chart's ConfigMap", r.get(t, "ConfigMap", r.name+"-gitlab-runner")["data"], plain[configuration]["data"])
	})
}

// jobVolumes are those that the runner's configuration has each job mount.
func (r *release) jobVolumes(t *testing.T) []jobVolume {
	t.Helper()
	return templateIn(t, layOut(t, r.cluster.Get, r.deployment(t))).Kubernetes.Volumes.Secret
}

// wantCache fails the test unless a job of the runner reaches the server of its cache, or, where it is
// not to be trusted, refuses its certificate. The client of the cache reads the files beside the public
// CAs.
func (r *release) wantCache(t *testing.T, g *gitlab, trusted bool) {
	t.Helper()
	var files []byte
	for _, v := range r.jobVolumes(t) {
		content, err := base64.StdEncoding.DecodeString(textAt(r.get(t, "Secret", v.Name), "data", v.SubPath))
		if err != nil {
			t.Fatal(err)
		}
		files = slices.Concat(files, content)
	}
	err := reach("https://"+cacheHost, files, g)
	if trusted && err != nil || !trusted && !isUnknownAuthority(err) {
		t.Errorf("the cache's client: %v, want it trusted: %v", err, trusted)
	}
}
