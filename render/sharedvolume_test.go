package render

import (
	"strings"
	"testing"
)

// TestSharedVolume has two containers of a runner with one volume at the certs directory: it gets the file once.
func TestSharedVolume(t *testing.T) {
	const container = "        env: [{name: CI_SERVER_URL, value: 'https://gitlab.example.com'}]\n" +
		"        volumeMounts:\n        - name: certs\n          mountPath: /home/gitlab-runner/.gitlab-runner/certs\n"
	filtered, err := Filter([]byte("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ci\nspec:\n  template:\n    spec:\n"+
		"      securityContext:\n        runAsUser: 100\n      containers:\n      - name: one\n"+container+"      - name: two\n"+container+
		"      volumes:\n      - name: certs\n        configMap:\n          name: theirs\n"), options(t))
	if err != nil {
		t.Fatal(err)
	}
	_, volumes, _ := strings.Cut(string(filtered.Bytes()), "\n      volumes:\n")
	volumes, _, _ = strings.Cut(volumes, "---\n")
	if strings.Count(volumes, "configMap:") != 2 || strings.Count(volumes, "name: theirs") != 1 {
		t.Errorf("the volumes are\n%s", volumes)
	}
}
