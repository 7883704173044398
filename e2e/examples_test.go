//go:build gitops

package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tries has how each example is tried, by the name of its folder.
var tries = map[string]func(t *testing.T, s *stage){
	"admission":        tryAdmission,
	"argocd-kustomize": tryArgoCDKustomize,
	"argocd-plugin":    tryArgoCDPlugin,
	"argocd-values":    tryArgoCDValues,
	"cert-manager":     tryCertManager,
	"cronjob":          tryCronJob,
	"flux":             tryFlux,
	"github-actions":   tryGitHubActions,
	"gitlab-ci":        tryGitLabCI,
	"helmfile":         tryHelmfile,
	"terraform":        tryTerraform,
}

// Every example does what it says, with Helm 3 and with Helm 4, from its own files and the shell
// blocks of its README.
func TestExamples(t *testing.T) {
	folders, err := os.ReadDir("../examples")
	if err != nil {
		t.Fatal(err)
	}
	if len(folders) != len(tries) {
		t.Errorf("%d examples, and %d are tried", len(folders), len(tries))
	}
	for _, folder := range folders {
		try := tries[folder.Name()]
		if try == nil {
			t.Errorf("nothing tries %s", folder.Name())
			continue
		}
		for _, bin := range helms {
			t.Run(folder.Name()+"/"+bin, func(t *testing.T) { try(t, newStage(t, bin, folder.Name())) })
		}
	}
}

// Every README fits a screen, and docs/GITOPS.md leads to it.
func TestExamplesAreTold(t *testing.T) {
	const screen = 60
	overview, err := os.ReadFile("../docs/GITOPS.md")
	if err != nil {
		t.Fatal(err)
	}
	for example := range tries {
		content, err := os.ReadFile(filepath.Join("../examples", example, "README.md"))
		if err != nil {
			t.Error(err)
			continue
		}
		if lines := strings.Count(string(content), "\n"); lines > screen {
			t.Errorf("the README of %s has %d lines", example, lines)
		}
		for _, told := range []string{"\n## Run here\n", "\nNot run: "} {
			if !strings.Contains(string(content), told) {
				t.Errorf("the README of %s has no %q", example, told)
			}
		}
		if link := "(../examples/" + example + "/README.md)"; !strings.Contains(string(overview), link) {
			t.Errorf("docs/GITOPS.md has no link %s", link)
		}
	}
}

// exampleFiles are the paths of all files of the examples but their READMEs.
func exampleFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir("../examples", func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && entry.Name() != "README.md" {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	slices.Sort(files)
	return files
}
