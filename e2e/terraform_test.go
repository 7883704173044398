//go:build gitops

package e2e

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"

	"helm.sh/helm/v3/pkg/postrender"

	"helm-runnertrust/e2e/internal/tool"
)

// tryTerraform does what the provider does with the release of the example: it has Helm's SDK run
// the program behind the chart. The provider itself is not to be had here.
func tryTerraform(t *testing.T, s *stage) {
	s.useImage(t)
	s.nextBlock(t)
	printed, err := tryTool(s.folder, tool.Path(t, "hcl"), filepath.Join(s.folder, "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	var release struct {
		Name, Namespace, Repository, Chart, Version, Description string
		Values                                                   []string
		PostRender                                               struct {
			Path string `json:"binary_path"`
			Args []string
		}
	}
	if err := json.Unmarshal([]byte(printed), &release); err != nil {
		t.Fatal(err)
	}
	chart := []string{release.Name, release.Chart, "--repo", release.Repository, "--version", release.Version, "--namespace", release.Namespace}
	for _, values := range release.Values {
		chart = append(chart, "--values", writeFile(t, "values.yaml", []byte(values)))
	}
	helm := func(args ...string) string { return s.output(t, "helm", args...) }
	rendered := helm(append([]string{"template"}, chart...)...)

	t.Setenv("PATH", s.Getenv("PATH")) // where the provider's process would look
	renderer, err := postrender.NewExec(release.PostRender.Path, release.PostRender.Args...)
	if err != nil {
		t.Fatal(err)
	}
	patched, err := renderer.Run(bytes.NewBufferString(rendered))
	if err != nil {
		t.Fatal(err)
	}
	byHelm := []string{"--post-renderer", release.PostRender.Path}
	for _, arg := range release.PostRender.Args {
		byHelm = append(byHelm, "--post-renderer-args", arg)
	}
	same(t, "the SDK's post-renderer and Helm's", objects(t, patched.String()),
		objects(t, helm(append(append([]string{"template"}, chart...), byHelm...)...)))

	helm(append(append([]string{"install"}, chart...), byHelm...)...)
	connects(t, s.cluster.Get, s.deployment(t), s.gitlab)
	s.nextBlock(t)
}
