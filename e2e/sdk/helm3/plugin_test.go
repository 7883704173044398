package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/plugin"
	"sigs.k8s.io/yaml"

	"helm-runnertrust/e2e/sdk/internal/scene"
)

// Helm 3 reads from the plugin's folder what plugin.yaml says, and what docs/RELEASE.md repeats.
func TestPluginIsWhatTheDocumentationSays(t *testing.T) {
	folder := scene.Plugins(t, false)
	found, err := plugin.FindPlugins(folder)
	if err != nil || len(found) != 1 {
		t.Fatalf("%d plugins, %v", len(found), err)
	}
	loaded, err := plugin.LoadDir(filepath.Join(folder, "runnertrust"))
	if err != nil || !reflect.DeepEqual(loaded, found[0]) {
		t.Fatalf("LoadDir: %+v, %v; FindPlugins: %+v", loaded, err, found[0])
	}
	metadata := loaded.Metadata
	var want plugin.Metadata // no other field, and none twice
	if err := yaml.UnmarshalStrict([]byte(page(t, "plugin.yaml")), &want); err != nil || !reflect.DeepEqual(*metadata, want) {
		t.Errorf("Helm reads %+v\nplugin.yaml says %+v, %v", *metadata, want, err)
	}
	release := page(t, "docs/RELEASE.md")
	for field, text := range map[string]string{"name": metadata.Name, "usage": metadata.Usage, "description": metadata.Description} {
		if row := "| `" + field + "` | " + strings.Join(strings.Fields(text), " ") + " |\n"; text == "" || !strings.Contains(release, row) {
			t.Errorf("docs/RELEASE.md has no row %s", row)
		}
	}
	// A version begins the line that is about it, as a heading or as the sentence on what is to come.
	named := regexp.MustCompile(`(?m)^(?:## \[?)?(\d+\.\d+\.\d+)\b`).FindStringSubmatch(page(t, "CHANGELOG.md"))
	if named == nil || named[1] != metadata.Version {
		t.Errorf("CHANGELOG.md names %v first, plugin.yaml is %s", named, metadata.Version)
	}
	for event, wanted := range map[string]string{plugin.Install: "/install-binary.sh", plugin.Update: "/install-binary.sh", plugin.Delete: "helm-runnertrust"} {
		if hook := metadata.Hooks[event]; !strings.Contains(hook, wanted) {
			t.Errorf("the hook %s is %q, want it to name %s", event, hook, wanted)
		}
	}
	if metadata.IgnoreFlags || len(metadata.Hooks) != 3 || len(metadata.PlatformHooks) > 0 || len(metadata.PlatformCommand) > 0 {
		t.Errorf("metadata: %+v", metadata)
	}
}

// page is a text file of the project.
func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The command is the program, with all arguments.
func TestPluginRuns(t *testing.T) {
	loaded, err := plugin.LoadDir(filepath.Join(scene.Plugins(t, false), "runnertrust"))
	if err != nil {
		t.Fatal(err)
	}
	settings := cli.New()
	for name, value := range settings.EnvVars() {
		t.Setenv(name, value) // what SetupPluginEnv sets ends with the test
	}
	plugin.SetupPluginEnv(settings, loaded.Metadata.Name, loaded.Dir)
	program, arguments, err := loaded.PrepareCommand([]string{"version"})
	if err != nil || program != filepath.Join(loaded.Dir, "bin", "helm-runnertrust") || !reflect.DeepEqual(arguments, []string{"version"}) {
		t.Fatalf("%q %q, %v", program, arguments, err)
	}
	out, err := exec.Command(program, arguments...).CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), loaded.Metadata.Version+" ") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Why the post-renderer is registered under Helm 4 alone.
func TestPostRendererPluginIsNotForHelm3(t *testing.T) {
	folder := scene.Plugins(t, true)
	found, err := plugin.FindPlugins(folder)
	if err == nil || !strings.Contains(err.Error(), `unknown field "apiVersion"`) {
		t.Errorf("%d plugins, %v", len(found), err)
	}
}
