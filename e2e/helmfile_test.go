//go:build gitops

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tryHelmfile has helmfile template show, and helmfile sync install, what Helm does by itself.
func tryHelmfile(t *testing.T, s *stage) {
	useTool(t, s.Helm, "helmfile", "helmfile")
	s.nextBlock(t)
	connects(t, s.cluster.Get, s.deployment(t), s.gitlab)
	s.awaitReplicaSets(t, 1)

	templated := s.bash(t, `file=$PWD/helmfile.yaml; cd / && helmfile --file "$file" template --quiet`)
	byHelm := s.bash(t, `helm template runner gitlab/gitlab-runner --version 0.86.0 --namespace gitlab-runner --values values.yaml `+
		`--post-renderer helm-runnertrust --post-renderer-args --cert=gitlab.crt`)
	same(t, "helmfile template and helm template", objects(t, templated), objects(t, byHelm))

	before := template(s.deployment(t))
	s.bash(t, "helmfile sync")
	same(t, "pod templates after a second sync", template(s.deployment(t)), before)
	s.awaitReplicaSets(t, 1)

	if err := os.Remove(filepath.Join(s.folder, "gitlab.crt")); err != nil {
		t.Fatal(err)
	}
	if printed, err := s.try(nil, "helmfile", "sync"); err == nil || !strings.Contains(printed, "runnertrust: error: ") {
		t.Errorf("helmfile sync without the certificate's file: %v\n%s", err, printed)
	}
	s.wantStatus(t, "deployed")
}
