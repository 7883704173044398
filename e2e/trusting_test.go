package e2e

import (
	"fmt"
	"reflect"
	"testing"
)

// What the filter adds, as the documentation names it.
const (
	certsAnnotation = "checksum/runner-certs"
	addedAnnotation = "helm-runnertrust/added"
	certsVolume     = "etc-gitlab-runner-certs"
	certsDir        = "/home/gitlab-runner/.gitlab-runner/certs"
	rootCertsDir    = "/etc/gitlab-runner/certs"
)

// filtered are the flags of a Helm command that calls the filter with its own.
func filtered(flags ...string) []string {
	all := []string{"--post-renderer", "helm-runnertrust"}
	for _, flag := range flags {
		all = append(all, "--post-renderer-args", flag)
	}
	return all
}

// filteredWith is filtered with the runner's certificate.
func filteredWith(certFile string, flags ...string) []string {
	return filtered(append([]string{"--cert=" + certFile}, flags...)...)
}

// takeTrust removes from the objects of a release in namespace what the filter
// adds for the Deployment name: the ConfigMap, the volume, the mount and the
// two annotations. Each of them has to be there once.
func takeTrust(t *testing.T, objects map[string]object, namespace, name string) {
	t.Helper()
	configMap := fmt.Sprintf("ConfigMap %s/%s-certs", namespace, name)
	if objects[configMap] == nil {
		t.Errorf("no %s", configMap)
	}
	delete(objects, configMap)
	deployment := objects[fmt.Sprintf("Deployment %s/%s", namespace, name)]
	if at(deployment, "metadata", "annotations", addedAnnotation) == nil {
		t.Errorf("no annotation %s", addedAnnotation)
	}
	forgetRecord(deployment)
	template, _ := at(deployment, "spec", "template").(object)
	annotations, _ := at(template, "metadata", "annotations").(object)
	if annotations[certsAnnotation] == nil {
		t.Errorf("no annotation %s", certsAnnotation)
	}
	delete(annotations, certsAnnotation)
	pod, _ := at(template, "spec").(object)
	if pod == nil {
		t.Fatalf("no Deployment %s/%s", namespace, name)
	}
	pod["volumes"] = takeItem(t, pod["volumes"], "name", certsVolume)
	containers, _ := pod["containers"].([]any)
	container, _ := containers[0].(object)
	container["volumeMounts"] = takeItem(t, container["volumeMounts"], "name", certsVolume)
}

// forgetRecord removes what the filter writes down of its additions to a Deployment.
func forgetRecord(deployment object) {
	metadata, _ := at(deployment, "metadata").(object)
	annotations, _ := metadata["annotations"].(object)
	delete(annotations, addedAnnotation)
	if len(annotations) == 0 {
		delete(metadata, "annotations")
	}
}

// takeItem returns the list without the one item whose field has the value.
func takeItem(t *testing.T, list any, field, value string) []any {
	t.Helper()
	items, _ := list.([]any)
	var rest []any
	for _, item := range items {
		if at(item, field) != value {
			rest = append(rest, item)
		}
	}
	if len(rest) != len(items)-1 {
		t.Errorf("%d items with the %s %q, want one", len(items)-len(rest), field, value)
	}
	return rest
}

// same fails the test unless both are equal.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s differ:\n%s", what, differences(got, want))
	}
}
