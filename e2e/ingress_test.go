package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/kubelet"
)

// ingressSecret is the Secret that the Ingress of the release names for the
// runner's host.
func (r *release) ingressSecret() string { return r.name + "-gitlab-tls" }

// serve puts the certificate of g where the Ingress takes it from: the Secret
// is made, or changed as at a renewal.
func (r *release) serve(t *testing.T, g *gitlab) {
	t.Helper()
	r.serveAs(t, r.ingressSecret(), g)
}

// serveAs is serve for a Secret of another name.
func (r *release) serveAs(t *testing.T, name string, g *gitlab) {
	t.Helper()
	secret := pretty(g.secret(t, name))
	r.cluster.KubectlInput(t, secret, "apply", "--server-side", "-n", r.namespace, "-f", "-")
}

// Without a flag the runner gets the certificate of the Ingress's Secret, may
// the Secret come later, and follows its renewal without a rollout.
func TestSecretOfTheIngress(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		r.chart = "umbrella"
		first, second := newGitLab(t, chartHost), newGitLab(t, chartHost)
		r.install(t, filtered()...)
		r.wantIngress(t)
		r.wantWaiting(t)

		r.serve(t, first)
		deployment := r.deployment(t)
		wantCertificate(t, layOut(t, r.cluster.Get, deployment), first)
		connects(t, r.cluster.Get, deployment, first)
		distrusts(t, r.cluster.Get, deployment, second)
		r.awaitReplicaSets(t, 1)

		r.serve(t, second)
		r.wantUnchanged(t, deployment)
		r.upgrade(t, filtered()...)
		r.wantUnchanged(t, deployment)
		wantCertificate(t, layOut(t, r.cluster.Get, deployment), second)
		connects(t, r.cluster.Get, deployment, second)
		distrusts(t, r.cluster.Get, deployment, first)
	})
}

// From a file to the Ingress and back, by upgrades and by rollbacks: of the
// two, only the one that is asked for is there.
func TestFromAFileToTheIngressAndBack(t *testing.T) {
	underEachHelm(t, func(t *testing.T, r *release) {
		r.chart = "umbrella"
		file, ingress := newGitLab(t, chartHost), newGitLab(t, chartHost)
		r.serve(t, ingress)
		r.install(t, filteredWith(file.certFile)...)
		withFile := template(r.deployment(t))
		r.wantFile(t, file)

		r.upgrade(t, filtered()...)
		withIngress := template(r.deployment(t))
		r.wantIngress(t)
		connects(t, r.cluster.Get, r.deployment(t), ingress)

		r.upgrade(t, filteredWith(file.certFile)...)
		same(t, "pod templates after the way back", template(r.deployment(t)), withFile)
		r.wantFile(t, file)

		r.in(t, "rollback", r.name, "2")
		same(t, "pod templates after the rollback to the Ingress", template(r.deployment(t)), withIngress)
		r.wantIngress(t)
		connects(t, r.cluster.Get, r.deployment(t), ingress)

		r.in(t, "rollback", r.name, "1")
		same(t, "pod templates after the rollback to the file", template(r.deployment(t)), withFile)
		r.wantFile(t, file)
	})
}

// wantFile fails the test unless the runner has the certificate of g from the
// filter's ConfigMap, and nothing of the Ingress's Secret.
func (r *release) wantFile(t *testing.T, g *gitlab) {
	t.Helper()
	deployment, host := r.deployment(t), chartHost+".crt"
	same(t, "mounts", certMounts(t, deployment), []string{certsVolume + "=" + certsDir})
	same(t, "volume", certsVolumeOf(deployment), object{"name": certsVolume, "configMap": object{
		"name": r.name + "-gitlab-runner-certs", "defaultMode": 420.0,
		"items": []any{object{"key": host, "path": host}}}})
	same(t, "data of the ConfigMap", at(r.configMap(t), "data"), object{host: g.pem})
	if sum := annotationOf(deployment); len(sum) != 64 {
		t.Errorf("annotation %s is %q, want a SHA-256", certsAnnotation, sum)
	}
	connects(t, r.cluster.Get, deployment, g)
}

// wantIngress fails the test unless the runner has the Ingress's Secret, and
// nothing of a certificate that is given in a file.
func (r *release) wantIngress(t *testing.T) {
	t.Helper()
	deployment := r.deployment(t)
	same(t, "mounts", certMounts(t, deployment), []string{certsVolume + "=" + certsDir})
	same(t, "volume", certsVolumeOf(deployment), object{"name": certsVolume, "secret": object{
		"secretName": r.ingressSecret(), "defaultMode": 420.0,
		"items": []any{object{"key": "tls.crt", "path": chartHost + ".crt"}}}})
	if sum := annotationOf(deployment); sum != "" {
		t.Errorf("annotation %s is %q, want none", certsAnnotation, sum)
	}
	if configMap := r.configMap(t); configMap != nil {
		t.Errorf("there is a ConfigMap:\n%s", pretty(configMap))
	}
}

// wantWaiting fails the test unless a kubelet could not start the runner's
// pod, for want of the Ingress's Secret.
func (r *release) wantWaiting(t *testing.T) {
	t.Helper()
	deployment := r.deployment(t)
	err := kubelet.Mount(t.TempDir(), deployment, runnerOf(t, deployment).Containers[0].Name, r.cluster.Get)
	want := fmt.Sprintf("volume %q: Secret %s/%s not found", certsVolume, r.namespace, r.ingressSecret())
	if err == nil || err.Error() != want {
		t.Errorf("the volumes: %v, want %s", err, want)
	}
}

// wantUnchanged fails the test unless the Deployment has the pods that it had.
func (r *release) wantUnchanged(t *testing.T, before object) {
	t.Helper()
	after := r.deployment(t)
	same(t, "pod templates", template(after), template(before))
	same(t, "generations", at(after, "metadata", "generation"), at(before, "metadata", "generation"))
	r.awaitReplicaSets(t, 1)
}

// wantCertificate fails the test unless the volumes in root have the
// certificate of g at the runner's file for its host, no other file there, and
// no private key anywhere.
func wantCertificate(t *testing.T, root string, g *gitlab) {
	t.Helper()
	dir := filepath.Join(root, filepath.FromSlash(certsDir))
	content, err := os.ReadFile(filepath.Join(dir, chartHost+".crt"))
	if err != nil || string(content) != string(g.certificate()) {
		t.Errorf("the runner's file has %q (%v), want\n%s", content, err, g.certificate())
	}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		if filepath.Dir(filepath.Dir(path)) == dir && entry.Name() != chartHost+".crt" {
			t.Errorf("the file %s is mounted as well", path)
		}
		content, err := os.ReadFile(path)
		if strings.Contains(string(content), "PRIVATE KEY") {
			t.Errorf("a private key is mounted at %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// certsVolumeOf is the filter's volume of a Deployment, nil where it has none.
func certsVolumeOf(deployment object) any {
	volumes, _ := at(deployment, "spec", "template", "spec", "volumes").([]any)
	for _, volume := range volumes {
		if at(volume, "name") == certsVolume {
			return volume
		}
	}
	return nil
}

// annotationOf is the filter's annotation of a Deployment's pods, "" where they
// have none.
func annotationOf(deployment object) string {
	return textAt(template(deployment), "metadata", "annotations", certsAnnotation)
}
